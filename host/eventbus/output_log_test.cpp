// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/output_log.hpp"

#include <gtest/gtest.h>

#include <iterator>

#include "tests/support/temp_folder.hpp"

namespace hearth::eventbus {
namespace {

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(OutputLog, KeepsTheOldFileAndBeginsANewOneAtTheBound) {
  const test::TempFolder folder;
  const auto file = folder.path() / "broker.log";
  OutputLog log(file, 10);
  log.write("12345678\n");
  log.write("second\n");
  EXPECT_EQ(content(file), "second\n");
  EXPECT_EQ(content(file.string() + ".1"), "12345678\n");
}

TEST(OutputLog, CutsAPieceAboveTheBound) {
  const test::TempFolder folder;
  const auto file = folder.path() / "broker.log";
  OutputLog log(file, 4);
  log.write("123456789");
  EXPECT_EQ(content(file), "1234");
}

TEST(OutputLog, CountsWhatAnEarlierRunWrote) {
  const test::TempFolder folder;
  const auto file = folder.path() / "broker.log";
  OutputLog(file, 10).write("12345678\n");
  OutputLog(file, 10).write("next\n");
  EXPECT_EQ(content(file), "next\n");
}

TEST(OutputLog, RemembersTheLastLineAcrossPieces) {
  const test::TempFolder folder;
  OutputLog log(folder.path() / "broker.log", 1000);
  log.write("first\nError: Addr");
  log.write("ess in use\n\n");
  EXPECT_EQ(log.last_line(), "Error: Address in use");
  log.write(std::string(5000, 'x') + "\n");
  EXPECT_EQ(log.last_line().size(), 256u);
}

TEST(OutputLog, GoesOnWithoutAFolder) {
  OutputLog log("/nonexistent-folder/broker.log", 100);
  log.write("line\n");
  EXPECT_EQ(log.last_line(), "line");
}

}  // namespace
}  // namespace hearth::eventbus
