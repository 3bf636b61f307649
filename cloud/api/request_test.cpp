// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/request.hpp"

#include <gtest/gtest.h>

#include "cloud/api/body.hpp"
#include "cloud/api/list_options.hpp"
#include "cloud/api/media.hpp"

namespace hearth::api {
namespace {

using namespace nlohmann::literals;

ResourcePath path_of(const std::string& target) {
  ResourcePath path;
  EXPECT_TRUE(parse_resource_path(parse_target(target)->segments, path)) << target;
  return path;
}

TEST(Request, FindsTheResourceInThePath) {
  const auto device = path_of("/apis/devices.kubeedge.io/v1beta1/namespaces/home/devices/lamp/status?x=1");
  EXPECT_EQ(device.group, "devices.kubeedge.io");
  EXPECT_EQ(device.ns, "home");
  EXPECT_EQ(device.plural, "devices");
  EXPECT_EQ(device.name, "lamp");
  EXPECT_EQ(device.subresource, "status");
  const auto space = path_of("/api/v1/namespaces/home");
  EXPECT_EQ(space.plural, "namespaces");
  EXPECT_EQ(space.name, "home");
  EXPECT_TRUE(space.ns.empty());
  EXPECT_EQ(path_of("/api/v1/namespaces/home/status").subresource, "status");
  EXPECT_EQ(path_of("/api/v1/namespaces/home/events").plural, "events");
}

TEST(Request, DecodesTheQuery) {
  const auto target = parse_target("/api/v1/nodes?labelSelector=a%3Db%2Cc&watch&limit=5+6");
  EXPECT_EQ(target->value("labelSelector"), "a=b,c");
  EXPECT_TRUE(target->flag("watch"));
  EXPECT_FALSE(target->flag("follow"));
  EXPECT_TRUE(parse_target("/?watch=True")->flag("watch"));
  EXPECT_FALSE(parse_target("/?watch=False")->flag("watch"));
  EXPECT_EQ(target->value("limit"), "5 6");
}

TEST(Request, BrokenPercentEncodingIsRefused) {
  for (const auto* text : {"/%", "/%4", "/%zz", "/a?b=%", "/a?%x=1"})
    EXPECT_FALSE(parse_target(text)) << text;
  ResourcePath path;
  EXPECT_FALSE(parse_resource_path({"api", "v1"}, path));
  EXPECT_FALSE(parse_resource_path({"apis", "g", "v", "a", "b", "c", "d"}, path));
}

TEST(Media, TakesTheFirstEntryItCanMeet) {
  const auto table = choose_media(
      "application/json;as=Table;v=v1;g=meta.k8s.io,application/"
      "json;as=Table;v=v1beta1;g=meta.k8s.io,application/json",
      {Form::table});
  EXPECT_EQ(table->form, Form::table);
  EXPECT_EQ(table->version, "v1");
  EXPECT_EQ(choose_media("application/json;as=Table;v=v1;g=meta.k8s.io,application/json", {})->form,
            Form::object);
  EXPECT_EQ(choose_media("application/vnd.kubernetes.protobuf,application/json", {})->form, Form::object);
  EXPECT_EQ(choose_media("text/html, */*;q=0.1", {})->form, Form::object);
  EXPECT_EQ(choose_media("", {})->form, Form::object);
  EXPECT_EQ(choose_media("application/cbor", {}).error().code(), 406);
}

TEST(Body, ReadsJsonAndYamlWithExactNumbers) {
  const auto exact = decode_body("application/json", R"({"a":9007199254740993,"b":10})", "Device");
  EXPECT_EQ(exact->document.dump(), R"({"a":9007199254740993,"b":10})");
  EXPECT_EQ(decode_body("application/yaml", "a: 1\nb: [x]\n", "Device")->document,
            R"({"a":1,"b":["x"]})"_json);
  EXPECT_TRUE(decode_body("", "", "Device")->document.is_null());
}

TEST(Body, RefusesWhatItCannotRead) {
  EXPECT_EQ(decode_body("application/json", "{", "Device").error().code(), 400);
  EXPECT_EQ(decode_body("application/json", std::string(1000, '['), "Device").error().code(), 400);
  EXPECT_EQ(decode_body("application/yaml", "a: [", "Device").error().code(), 400);
  EXPECT_EQ(decode_body("application/cbor", "x", "Device").error().code(), 415);
  EXPECT_EQ(decode_body("application/json", std::string(kMaxBody + 1, ' '), "Device").error().code(), 413);
}

std::string field(int number, const std::string& value) {
  return std::string(1, static_cast<char>(number << 3 | 2)) + static_cast<char>(value.size()) + value;
}

TEST(Body, ReadsANamespaceInProtobuf) {
  const auto meta = field(1, "home") + field(2, "") + field(11, field(1, "a") + field(2, "b"));
  const auto envelope =
      field(1, field(1, "v1") + field(2, "Namespace")) + field(2, field(1, meta)) + field(3, "");
  const auto read = decode_protobuf(std::string("k8s\0", 4) + envelope);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read,
            R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"home","labels":{"a":"b"}}})"_json);
}

TEST(Body, ProtobufGarbageIsRefused) {
  const std::string magic("k8s\0", 4);
  EXPECT_FALSE(decode_protobuf("nonsense"));
  EXPECT_FALSE(decode_protobuf(magic));
  EXPECT_FALSE(decode_protobuf(magic + "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"));
  EXPECT_FALSE(decode_protobuf(magic + field(1, field(2, "Namespace")) + field(2, "\x0a\x7f")));
  EXPECT_EQ(decode_protobuf(magic + field(1, field(2, "Lamp"))).error().code(), 415);
}

}  // namespace
}  // namespace hearth::api
