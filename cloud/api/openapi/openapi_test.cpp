// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/openapi/openapi.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "cloud/api/openapi/gnostic.hpp"
#include "sdk/schema/structural.hpp"
#include "sdk/schema/yaml_document.hpp"

namespace hearth::openapi {
namespace {

using nlohmann::json;
using testing::HasSubstr;

OpenApiKind kind_of(const std::string& crd_file) {
  std::stringstream text;
  text << std::ifstream(std::string(HEARTH_SOURCE_DIR) + "/configs/crds/" + crd_file).rdbuf();
  const json spec = schema::parse_yaml_document(text.str(), crd_file).value().at("spec");
  OpenApiKind kind;
  spec.at("group").get_to(kind.group);
  kind.version = "v1beta1";
  spec.at("names").at("kind").get_to(kind.kind);
  spec.at("names").at("plural").get_to(kind.plural);
  spec.at("names").at("singular").get_to(kind.singular);
  kind.schema = spec.at("/versions/0/schema/openAPIV3Schema"_json_pointer);
  kind.has_status = spec.at("/versions/0"_json_pointer).contains("subresources");
  kind.verbs = {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"};
  return kind;
}

const OpenApiDocuments& documents() {
  static const OpenApiDocuments made = [] {
    std::vector<OpenApiKind> kinds = builtin_kinds();
    kinds.push_back(kind_of("devices.yaml"));
    kinds.push_back(kind_of("devicemodels.yaml"));
    return make_openapi(kinds, "v1.30.0");
  }();
  return made;
}

json devices_v3() {
  return json::parse(documents().v3.at("apis/devices.kubeedge.io/v1beta1").body);
}

void collect_refs(const json& value, std::set<std::string>& refs) {
  if (value.is_object() && value.contains("$ref")) refs.insert(value.at("$ref").get<std::string>());
  if (!value.is_structured()) return;
  for (const json& member : value)
    collect_refs(member, refs);
}

TEST(OpenApi, IndexNamesEachGroupVersionWithItsHash) {
  const json index = json::parse(documents().v3_index.body);
  const auto& document = documents().v3.at("apis/devices.kubeedge.io/v1beta1");
  EXPECT_EQ(index.at("paths").at("apis/devices.kubeedge.io/v1beta1").at("serverRelativeURL"),
            "/openapi/v3/apis/devices.kubeedge.io/v1beta1?hash=" + document.hash);
  EXPECT_TRUE(index.at("paths").contains("api/v1"));
}

TEST(OpenApi, HashChangesOnlyWithTheContent) {
  const auto kinds = builtin_kinds();
  EXPECT_EQ(make_openapi(kinds, "v1").v2_json.hash, make_openapi(kinds, "v1").v2_json.hash);
  auto changed = kinds;
  changed[0].schema["description"] = "other";
  EXPECT_NE(make_openapi(kinds, "v1").v3.at("api/v1").hash, make_openapi(changed, "v1").v3.at("api/v1").hash);
}

TEST(OpenApi, DeclaresWhatKubectlLooksForInPatch) {
  for (const auto& [key, path, kind] :
       {std::tuple{"apis/devices.kubeedge.io/v1beta1",
                   "/apis/devices.kubeedge.io/v1beta1/namespaces/{namespace}/devices/{name}", "Device"},
        std::tuple{"api/v1", "/api/v1/namespaces/{name}", "Namespace"}}) {
    const json patch = json::parse(documents().v3.at(key).body).at("paths").at(path).at("patch");
    EXPECT_EQ(patch.at("x-kubernetes-group-version-kind").at("kind"), kind);
    EXPECT_THAT(
        patch.at("parameters").dump(),
        testing::AllOf(HasSubstr("\"fieldValidation\""), HasSubstr("\"dryRun\""), HasSubstr("\"force\"")));
  }
}

TEST(OpenApi, HasNoReferenceThatLeadsNowhere) {
  for (const json& document : {devices_v3(), json::parse(documents().v2_json.body)}) {
    std::set<std::string> refs;
    collect_refs(document, refs);
    EXPECT_FALSE(refs.empty());
    for (const std::string& ref : refs)
      EXPECT_TRUE(document.contains(json::json_pointer(ref.substr(1)))) << ref;
  }
}

TEST(OpenApi, GivesTheKindItsSharedMetadataAndItsName) {
  const json device = devices_v3().at("components").at("schemas").at("io.kubeedge.devices.v1beta1.Device");
  EXPECT_EQ(device.at("x-kubernetes-group-version-kind"),
            json::parse(R"([{"group":"devices.kubeedge.io","version":"v1beta1","kind":"Device"}])"));
  EXPECT_EQ(device.at("properties").at("metadata").at("$ref"),
            "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
}

TEST(OpenApi, Version2KeepsUnknownFieldsByNamingNone) {
  const json v2 = json::parse(documents().v2_json.body);
  const json device = v2.at("definitions").at("io.kubeedge.devices.v1beta1.Device");
  const json config = device.at("/properties/spec/properties/protocol/properties/configData"_json_pointer);
  EXPECT_FALSE(config.contains("type"));
  EXPECT_FALSE(config.contains("properties"));
  const json status = v2.at("/definitions/io.k8s.api.core.v1.Node/properties/status"_json_pointer);
  EXPECT_FALSE(status.contains("properties"));
}

TEST(OpenApi, Version2SpellsIntOrStringAsAFormat) {
  OpenApiKind kind{.group = "g.example", .version = "v1", .kind = "K", .plural = "ks", .singular = "k"};
  kind.schema = json::parse(R"({"type":"object","properties":{"port":{"x-kubernetes-int-or-string":true,
      "anyOf":[{"type":"integer"},{"type":"string"}]}}})");
  const json v2 = json::parse(make_openapi({kind}, "v1").v2_json.body);
  const json port = v2.at("definitions").at("example.g.v1.K").at("properties").at("port");
  EXPECT_EQ(port.at("type"), "string");
  EXPECT_EQ(port.at("format"), "int-or-string");
  EXPECT_FALSE(port.contains("anyOf"));
}

TEST(OpenApi, ProtobufStartsAsKubernetesDoes) {
  EXPECT_EQ(documents().v2_protobuf.body.substr(0, 5),
            "\x0a\x03"
            "2.0");
  EXPECT_EQ(documents().v2_protobuf.content_type,
            "application/com.github.proto-openapi.spec.v2@v1.0+protobuf");
}

TEST(OpenApi, ProtobufCarriesExtensionsAsYamlText) {
  const json document = json::parse(R"({"swagger":"2.0","definitions":{"D":{"type":"object","x-y":[1]}}})");
  // Document{1:"2.0", 9:{1:{1:"D", 2:{22:{1:"object"}, 31:{1:"x-y", 2:{2:"[1]\n"}}}}}}
  EXPECT_EQ(encode_gnostic(document),
            "\x0a\x03"
            "2.0"
            "\x4a\x22\x0a\x20\x0a\x01"
            "D"
            "\x12\x1b"
            "\xb2\x01\x08\x0a\x06"
            "object"
            "\xfa\x01\x0d\x0a\x03"
            "x-y"
            "\x12\x06\x12\x04"
            "[1]\n");
}

TEST(OpenApi, TakesKindsWithStrangeSchemas) {
  for (const auto* odd :
       {"null", "5", "[]", "{\"properties\":5}", "{\"items\":[1]}", "{\"type\":7,\"enum\":[{}]}"}) {
    OpenApiKind kind{.group = "", .version = "v1", .kind = "K", .plural = "ks", .singular = "k"};
    kind.schema = json::parse(odd);
    EXPECT_FALSE(make_openapi({kind}, "v1").v2_protobuf.body.empty()) << odd;
  }
}

TEST(BuiltinKinds, HaveSchemasThatCanBeEnforced) {
  std::set<std::string> names;
  for (const OpenApiKind& kind : builtin_kinds()) {
    names.insert(kind.kind);
    EXPECT_TRUE(schema::Schema::parse(kind.schema)) << kind.kind;
    EXPECT_TRUE(kind.schema.contains("description"));
  }
  for (const auto* name : {"Namespace", "Node", "Event", "Pod", "Service", "ConfigMap", "Lease", "Role"})
    EXPECT_TRUE(names.contains(name)) << name;
}

}  // namespace
}  // namespace hearth::openapi
