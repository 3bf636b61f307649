// SPDX-License-Identifier: Apache-2.0
#include "sdk/schema/config_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace hearth::schema {
namespace {

using testing::HasSubstr;

Schema sample_schema() {
  return Schema::parse_text(R"({"type":"object","properties":{
      "node":{"type":"string"},"keep":{"type":"integer","default":10}}})",
                            Root::plain)
      .value();
}

TEST(Config, FillsInDefaults) {
  EXPECT_EQ(parse_config("node: a\n", "host.yaml", sample_schema()).value().dump(),
            R"({"keep":10,"node":"a"})");
  EXPECT_EQ(parse_config("# nothing\n", "host.yaml", sample_schema()).value().dump(), R"({"keep":10})");
  EXPECT_EQ(parse_config("keep: 5.0\n", "host.yaml", sample_schema()).value().dump(), R"({"keep":5})");
}

TEST(Config, PutsAllFaultsIntoOneError) {
  const auto config = parse_config("nod: a\nkeep: lots\n", "host.yaml", sample_schema());
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, "BadConfig");
  EXPECT_EQ(config.error().cls, ErrorClass::invalid);
  EXPECT_THAT(config.error().text, HasSubstr("host.yaml:1:1: unknown key \"nod\""));
  EXPECT_THAT(config.error().text, HasSubstr("host.yaml:2:7: keep has the wrong type"));
}

TEST(Config, RefusesTextThatIsNoMapping) {
  for (const auto* bad : {"[]", "5", "a: [", "a: 1\n---\nb: 2\n"}) {
    const auto config = parse_config(bad, "host.yaml", sample_schema());
    ASSERT_FALSE(config) << bad;
    EXPECT_EQ(config.error().code, "BadConfig");
  }
}

TEST(Config, ReadsAFileAndSaysWhichOneIsMissing) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "hearth_config_file_test";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "host.yaml") << "node: b\n";
  EXPECT_EQ(load_config(folder / "host.yaml", sample_schema()).value().at("node"), "b");
  const auto missing = load_config(folder / "other.yaml", sample_schema());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().cls, ErrorClass::not_found);
  EXPECT_THAT(missing.error().text, HasSubstr("other.yaml: there is no such file"));
  EXPECT_EQ(load_config(folder, sample_schema()).error().cls, ErrorClass::unavailable);
  std::filesystem::remove_all(folder);
}

TEST(Config, IsFoundByFlagThenEnvironmentThenUsualPlace) {
  const auto found = [](std::vector<const char*> argv, const char* usual) {
    argv.insert(argv.begin(), "program");
    return find_config(static_cast<int>(argv.size()), argv.data(), usual);
  };
  EXPECT_EQ(found({"--config", "a.yaml"}, "/"), "a.yaml");
  EXPECT_EQ(found({"--other", "--config=b.yaml"}, "/"), "b.yaml");
  EXPECT_EQ(found({}, "/"), "/");
  EXPECT_EQ(found({"--config"}, "/does/not/exist"), "");
  setenv("HEARTH_CONFIG", "c.yaml", 1);
  EXPECT_EQ(found({}, "/"), "c.yaml");
  unsetenv("HEARTH_CONFIG");
}

}  // namespace
}  // namespace hearth::schema
