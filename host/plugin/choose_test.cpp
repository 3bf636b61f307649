// SPDX-License-Identifier: Apache-2.0
#include "host/plugin/choose.hpp"

#include <gtest/gtest.h>

namespace hearth::plugin {
namespace {

CatalogueEntry entry(std::string name, std::vector<std::string> models, std::vector<std::string> protocols,
                     std::string refused = {}) {
  CatalogueEntry out;
  out.file = "/m/" + name + ".so";
  out.note.name = std::move(name);
  out.note.models = std::move(models);
  out.note.protocols = std::move(protocols);
  out.refused = std::move(refused);
  return out;
}

const std::vector<CatalogueEntry> kMappers = {
    entry("exact", {"lamp"}, {}),
    entry("prefix", {"la*"}, {}),
    entry("longer", {"lant*"}, {}),
    entry("modbus", {}, {"modbus"}),
    entry("one", {"twice"}, {"shared"}),
    entry("two", {"twice"}, {"shared"}),
    entry("old", {"old-model"}, {"old"}, "built for ABI 0"),
};

struct Case {
  const char* model;
  const char* protocol;
  std::map<std::string, std::string> table;
  const char* expected;  ///< the mapper's name, or the error's code
};

std::string outcome(const Case& c) {
  const auto chosen = choose_mapper(kMappers, c.model, c.protocol, c.table);
  return chosen ? chosen->note.name : chosen.error().code;
}

TEST(Choose, FollowsTheRanks) {
  const Case cases[] = {
      {"lamp", "modbus", {}, "exact"},
      {"ladder", "modbus", {}, "prefix"},
      {"lantern", "modbus", {}, "longer"},
      {"pump", "modbus", {}, "modbus"},
      {"lamp", "modbus", {{"lamp", "modbus"}}, "modbus"},
      {"twice", "modbus", {}, "MapperAmbiguous"},
      {"pump", "shared", {}, "MapperAmbiguous"},
      {"twice", "modbus", {{"twice", "two"}}, "two"},
      {"pump", "zigbee", {}, "MapperMissing"},
      {"pump", "modbus", {{"pump", "absent"}}, "MapperMissing"},
      {"old-model", "x", {}, "MapperRefused"},
      {"pump", "old", {}, "MapperRefused"},
      {"pump", "modbus", {{"pump", "old"}}, "MapperRefused"},
      {"old-model", "modbus", {}, "modbus"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(outcome(c), c.expected) << c.model << " " << c.protocol;
  }
}

TEST(Choose, NamesBothWhenTwoServeAModel) {
  const auto text = choose_mapper(kMappers, "twice", "x", {}).error().text;
  EXPECT_NE(text.find("one (/m/one.so) and two (/m/two.so)"), std::string::npos) << text;
}

TEST(Choose, SaysWhatIsThereWhenNothingFits) {
  const auto text = choose_mapper(kMappers, "pump", "zigbee", {}).error().text;
  EXPECT_NE(text.find("protocol zigbee"), std::string::npos);
  EXPECT_NE(text.find("exact, prefix"), std::string::npos) << text;
}

TEST(Choose, NamesADamagedFileThatWasMeantToServe) {
  CatalogueEntry damaged;
  damaged.file = "/m/zigbee.so";
  damaged.refused = "the file ends early";
  const auto chosen = choose_mapper({damaged}, "bulb", "zigbee", {});
  EXPECT_EQ(chosen.error().code, "MapperRefused");
}

}  // namespace
}  // namespace hearth::plugin
