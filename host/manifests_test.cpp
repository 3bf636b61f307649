// SPDX-License-Identifier: Apache-2.0
#include "host/manifests.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_folder.hpp"

namespace hearth::host {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr const char* kModel = R"(apiVersion: devices.kubeedge.io/v1beta1
kind: DeviceModel
metadata: {name: lamp}
spec: {protocol: virtual, properties: [{name: power, type: STRING, accessMode: ReadWrite}]}
)";

std::string lamp(const std::string& name, const std::string& node) {
  return "apiVersion: devices.kubeedge.io/v1beta1\nkind: Device\nmetadata: {name: " + name +
         "}\nspec: {deviceModelRef: {name: lamp}, nodeName: " + node + ", properties: [{name: power}]}\n";
}

class ManifestsTest : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_.path() / name) << text;
  }

  test::TempFolder folder_;
};

TEST_F(ManifestsTest, AreReadFromAllFilesAndDocumentsOfThisNode) {
  write("a.yaml", kModel + std::string("---\n") + lamp("here", "edge-1") + "---\n" + lamp("there", "edge-2"));
  write("b.yml", lamp("also-here", "edge-1"));
  write("notes.txt", "not yaml: [");
  const auto manifests = read_manifests(folder_.path(), "edge-1").value();
  ASSERT_EQ(manifests.models.size(), 1u);
  ASSERT_EQ(manifests.devices.size(), 2u);
  EXPECT_EQ(manifests.devices[0].first.meta.id.str(), "default/here");
  EXPECT_EQ(manifests.devices[1].first.meta.id.str(), "default/also-here");
}

TEST_F(ManifestsTest, WithFaultsAreToldAllAtOnceWithTheirPlaces) {
  write("a.yaml",
        "apiVersion: devices.kubeedge.io/v1beta1\nkind: Device\nmetadata: {name: x}\nspec:\n  nodeNam: "
        "edge-1\n");
  write("b.yaml", "kind: Gadget\n");
  write("c.yaml", "kind: [\n");
  const auto wrong = read_manifests(folder_.path(), "edge-1");
  ASSERT_TRUE(wrong.has_error());
  EXPECT_THAT(wrong.error().text, AllOf(HasSubstr("a.yaml:5:3:"), HasSubstr("did you mean \"nodeName\"?"),
                                        HasSubstr("b.yaml:1:"), HasSubstr("Gadget"), HasSubstr("c.yaml:")));
}

TEST_F(ManifestsTest, OfAMissingFolderAreAnErrorThatNamesIt) {
  EXPECT_THAT(read_manifests(folder_.path() / "none", "edge-1").error().text,
              HasSubstr((folder_.path() / "none").string()));
}

}  // namespace
}  // namespace hearth::host
