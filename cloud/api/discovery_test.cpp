// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/discovery.hpp"

#include <gmock/gmock.h>

namespace hearth::api {
namespace {

using nlohmann::json;

/// With a kind of three versions, of which one is not served.
Registry with_pumps() {
  auto types = Registry::builtin()->types();
  const auto definition = json::parse(R"({"metadata": {"name": "pumps.example.org"},
    "spec": {"group": "example.org", "scope": "Cluster",
      "names": {"kind": "Pump", "plural": "pumps", "shortNames": ["pm"], "categories": ["all"]},
      "versions": [
        {"name": "v1alpha1", "served": true, "storage": false, "schema": {"openAPIV3Schema": {"type": "object"}}},
        {"name": "v1", "served": true, "storage": false, "schema": {"openAPIV3Schema": {"type": "object"}},
         "subresources": {"status": {}, "scale": {"specReplicasPath": ".spec.n", "statusReplicasPath": ".status.n"}}},
        {"name": "v0", "served": false, "storage": true, "schema": {"openAPIV3Schema": {"type": "object"}}}]}})");
  types.push_back(std::make_shared<const ResourceType>(custom_type(definition).value()));
  return Registry(std::move(types));
}

json body_of(const Response& response) {
  return response.document ? response.document->tree() : json::parse(response.text);
}

json page(const Registry& kinds, std::string_view path, const Media& media = {}) {
  const auto target = parse_target(path).value();
  const auto response = discover(kinds, target, media);
  return response ? body_of(*response) : json();
}

TEST(Discovery, ListsServedVersionsInTheOrderClientsPrefer) {
  const auto kinds = with_pumps();
  const auto group = page(kinds, "/apis/example.org");
  EXPECT_EQ(group["kind"], "APIGroup");
  EXPECT_EQ(group["preferredVersion"]["version"], "v1");
  ASSERT_EQ(group["versions"].size(), 2U);
  EXPECT_EQ(group["versions"][1]["groupVersion"], "example.org/v1alpha1");
  EXPECT_TRUE(page(kinds, "/apis/example.org/v0").is_null());
  EXPECT_TRUE(page(kinds, "/apis/nobody.example.org").is_null());
}

TEST(Discovery, ListsAKindWithItsSubresources) {
  const auto resources = page(with_pumps(), "/apis/example.org/v1")["resources"];
  ASSERT_EQ(resources.size(), 3U);
  EXPECT_EQ(resources[0]["name"], "pumps");
  EXPECT_EQ(resources[0]["namespaced"], false);
  EXPECT_EQ(resources[0]["shortNames"], json::array({"pm"}));
  EXPECT_EQ(resources[1]["name"], "pumps/status");
  EXPECT_EQ(resources[2]["name"], "pumps/scale");
  EXPECT_EQ(resources[2]["kind"], "Scale");
  EXPECT_EQ(resources[2]["group"], "autoscaling");
}

TEST(Discovery, IsAggregatedForThoseWhoAskForExactlyThat) {
  const auto kinds = with_pumps();
  for (const auto* version : {"v2", "v2beta1"}) {
    Media media;
    media.form = Form::discovery;
    media.version = version;
    const auto response = discover(kinds, parse_target("/apis").value(), media);
    ASSERT_TRUE(response);
    EXPECT_EQ(
        response->headers.get("Content-Type"),
        std::string("application/json;g=apidiscovery.k8s.io;v=") + version + ";as=APIGroupDiscoveryList");
    const auto list = body_of(*response);
    EXPECT_EQ(list["apiVersion"], std::string("apidiscovery.k8s.io/") + version);
    const auto& group = list["items"].back();
    EXPECT_EQ(group["metadata"]["name"], "example.org");
    const auto& pumps = group["versions"][0]["resources"][0];
    EXPECT_EQ(pumps["scope"], "Cluster");
    EXPECT_EQ(pumps["subresources"][1]["responseKind"]["kind"], "Scale");
  }
  EXPECT_EQ(page(kinds, "/apis")["kind"], "APIGroupList");
  EXPECT_EQ(page(kinds, "/api")["versions"], json::array({"v1"}));
}

}  // namespace
}  // namespace hearth::api
