// SPDX-License-Identifier: Apache-2.0
#include "cloud/ctl/manifests.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/temp_folder.hpp"

namespace hearth::ctl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kTwo =
    "# a lamp\n"
    "apiVersion: devices.kubeedge.io/v1beta1\nkind: Device\nmetadata: {name: lamp}\n"
    "---\n"
    "apiVersion: devices.kubeedge.io/v1beta1\nkind: DeviceModel\nmetadata: {name: lamp-model}\n";

Manifests read(const std::string& text) {
  Manifests manifests;
  read_manifest_text(text, "lamp.yaml", manifests);
  return manifests;
}

std::vector<std::string> kinds(const Manifests& manifests) {
  std::vector<std::string> out;
  for (const auto& manifest : manifests.objects)
    out.push_back(manifest.object.at("kind").get<std::string>());
  return out;
}

TEST(Manifests, ReadsEveryDocumentWithItsPlace) {
  const auto manifests = read(kTwo);
  EXPECT_THAT(manifests.errors, IsEmpty());
  EXPECT_THAT(kinds(manifests), ElementsAre("Device", "DeviceModel"));
  EXPECT_EQ(manifests.objects[1].place, "lamp.yaml:6:1");
}

TEST(Manifests, PutsModelsBeforeDevices) {
  auto manifests = read(kTwo);
  sort_for_apply(manifests.objects);
  EXPECT_THAT(kinds(manifests), ElementsAre("DeviceModel", "Device"));
}

TEST(Manifests, SaysWhereAnErrorIs) {
  EXPECT_THAT(read("kind: Device\n  bad: [\n").errors, ElementsAre(HasSubstr("lamp.yaml:2:")));
  EXPECT_THAT(read("apiVersion: v1\nkind: Device\nmetadata:\n  labels: {}\n").errors,
              ElementsAre(testing::AllOf(HasSubstr("lamp.yaml:3:1"), HasSubstr("metadata.name"))));
  EXPECT_THAT(read("kind: Device\n").errors, ElementsAre(HasSubstr("expected apiVersion")));
}

TEST(Manifests, GoesOnAfterAnObjectThatIsNone) {
  const auto manifests = read("just text\n---\napiVersion: v1\nkind: Node\nmetadata: {name: edge}\n");
  EXPECT_EQ(manifests.errors.size(), 1U);
  EXPECT_THAT(kinds(manifests), ElementsAre("Node"));
}

TEST(Manifests, TakesAListApart) {
  const auto manifests =
      read("apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Node, metadata: {name: a}}\n- 3\n");
  EXPECT_THAT(kinds(manifests), ElementsAre("Node"));
  EXPECT_THAT(manifests.errors, ElementsAre(HasSubstr("lamp.yaml:5:3")));
}

TEST(Manifests, SurvivesGarbage) {
  for (const auto* text : {"", "\xff\xfe", "[", "- - - -", "{}", "null", "kind: List", "&a [*a]"}) {
    EXPECT_THAT(read(text).objects, IsEmpty()) << text;
  }
}

TEST(Manifests, ReadsFoldersByNameAndStandardInput) {
  const test::TempFolder temporary;
  const auto& dir = temporary.path();
  std::ofstream(dir / "b.yaml") << "apiVersion: v1\nkind: B\nmetadata: {name: b}\n";
  std::ofstream(dir / "a.json") << R"({"apiVersion":"v1","kind":"A","metadata":{"name":"a"}})";
  std::ofstream(dir / "README.md") << "not this";
  std::istringstream in("apiVersion: v1\nkind: C\nmetadata: {name: c}\n");
  const auto manifests = read_manifests({dir.string(), "-", (dir / "absent.yaml").string()}, in);
  EXPECT_THAT(kinds(manifests), ElementsAre("A", "B", "C"));
  EXPECT_THAT(manifests.errors, ElementsAre(HasSubstr("absent.yaml: cannot be read")));
}

}  // namespace
}  // namespace hearth::ctl
