// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/metadata_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hearth::api {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;

const KindName kDevice{"devices.kubeedge.io", "devices", "Device"};
const KindName kNamespace{"", "namespaces", "Namespace"};
const KindName kRole{"rbac.authorization.k8s.io", "roles", "Role"};

/// The field and the message of the one fault.
std::string fault(const KindName& kind, const json& meta) {
  const auto found = metadata_violations(kind, meta);
  if (found.size() != 1) return std::to_string(found.size()) + " faults";
  return found[0].field + ": " + found[0].message;
}

std::string label_fault(const std::string& key, const std::string& value) {
  return fault(kDevice, {{"name", "lamp"}, {"labels", {{key, value}}}});
}

TEST(MetadataRules, TakesWhatKubernetesTakes) {
  const json meta = {{"name", "lamp.hall-1"},
                     {"labels", {{"room", ""}, {"example.org/Floor_1", "a.B-c_1"}}},
                     {"annotations", {{"example.org/note", "any text / at all"}}}};
  EXPECT_THAT(metadata_violations(kDevice, meta), IsEmpty());
  EXPECT_THAT(metadata_violations(kDevice, {{"generateName", "lamp-"}}), IsEmpty());
  EXPECT_THAT(metadata_violations(kRole, {{"name", "system:Node reader"}}), IsEmpty());
}

TEST(MetadataRules, NamesDifferByKind) {
  EXPECT_EQ(fault(kDevice, json::object()),
            "metadata.name: Required value: name or generateName is required");
  EXPECT_THAT(fault(kDevice, {{"name", "Bad"}}),
              HasSubstr("Invalid value: \"Bad\": a lowercase RFC 1123 subdomain must consist of"));
  EXPECT_THAT(fault(kNamespace, {{"name", "a.b"}}),
              HasSubstr("Invalid value: \"a.b\": a lowercase RFC 1123 label must consist of"));
  EXPECT_THAT(fault(kNamespace, {{"name", std::string(64, 'a')}}), HasSubstr("no more than 63 characters"));
  EXPECT_THAT(fault(kRole, {{"name", "a/b"}}), HasSubstr("may not be '.' or '..'"));
}

TEST(MetadataRules, TellsWhichPartOfAKeyIsWrong) {
  EXPECT_THAT(
      label_fault("bad key", "x"),
      HasSubstr("metadata.labels: Invalid value: \"bad key\": name part must consist of alphanumeric"));
  EXPECT_THAT(label_fault("/x", "x"), HasSubstr("prefix part must be non-empty"));
  EXPECT_THAT(label_fault("Bad_/x", "x"), HasSubstr("prefix part a lowercase RFC 1123 subdomain"));
  EXPECT_THAT(label_fault("a/", "x"), HasSubstr("name part must be non-empty"));
  EXPECT_THAT(label_fault(std::string(64, 'a'), "x"), HasSubstr("name part must be no more than 63"));
  EXPECT_THAT(label_fault("a/b/c", "x"), HasSubstr("with an optional DNS subdomain prefix and '/'"));
}

TEST(MetadataRules, TellsWhatIsWrongWithAValue) {
  EXPECT_THAT(label_fault("room", "-x-"),
              HasSubstr("Invalid value: \"-x-\": a valid label must be an empty"));
  EXPECT_THAT(label_fault("room", std::string(64, 'a')), HasSubstr("must be no more than 63 characters"));
  EXPECT_THAT(fault(kDevice, {{"name", "lamp"}, {"annotations", {{"a b", ""}}}}),
              HasSubstr("metadata.annotations: Invalid value: \"a b\": name part"));
  EXPECT_THAT(fault(kDevice, {{"name", "lamp"}, {"annotations", {{"a", std::string(262'144, 'x')}}}}),
              HasSubstr("Too long: must have at most 262144 bytes"));
}

TEST(MetadataRules, QuotesBytesThatAreNoText) {
  EXPECT_THAT(fault(kDevice, {{"name", "a\x80"}}), HasSubstr("Invalid value: \"a\xEF\xBF\xBD\": "));
}

}  // namespace
}  // namespace hearth::api
