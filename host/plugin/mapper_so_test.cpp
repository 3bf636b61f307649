// SPDX-License-Identifier: Apache-2.0
// What the linker made of the mappers of this build, as nm and readelf see it.
#include <cstdio>
#include <sstream>

#include "host/plugin/test_files.hpp"

namespace hearth::plugin {
namespace {

std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (!pipe) return out;
  char buffer[4096];
  while (const auto got = std::fread(buffer, 1, sizeof buffer, pipe)) {
    out.append(buffer, got);
  }
  ::pclose(pipe);
  return out;
}

class BuiltMapper : public testing::TestWithParam<test::fs::path> {};

TEST_P(BuiltMapper, ExportsOneSymbol) {
  std::istringstream lines(output_of("nm -D --defined-only " + GetParam().string()));
  std::vector<std::string> symbols;
  for (std::string line; std::getline(lines, line);) {
    symbols.push_back(line.substr(line.rfind(' ') + 1));
  }
  EXPECT_EQ(symbols, std::vector<std::string>{"hearth_mapper_descriptor"});
}

TEST_P(BuiltMapper, CarriesItsNoteInASectionOfItsOwn) {
  EXPECT_NE(output_of("readelf -SW " + GetParam().string()).find(".note.hearth.mapper"), std::string::npos);
  const auto notes = output_of("readelf -nW " + GetParam().string());
  EXPECT_NE(notes.find("Hearth"), std::string::npos);
}

TEST_P(BuiltMapper, NeedsNoCxxRunTimeOfTheHost) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer's run time has to be shared with the program";
#endif
  EXPECT_EQ(output_of("readelf -dW " + GetParam().string()).find("libstdc++"), std::string::npos);
}

TEST_P(BuiltMapper, NeedsNoTls) {
  const auto dynamic = output_of("readelf -dW " + GetParam().string());
  EXPECT_NE(dynamic.find("libc.so"), std::string::npos);
  EXPECT_EQ(dynamic.find("libssl"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(All, BuiltMapper,
                         testing::Values(test::virtual_file(), test::gpio_file(), test::probe_file()),
                         [](const auto& mapper) { return mapper.param.stem().string(); });

}  // namespace
}  // namespace hearth::plugin
