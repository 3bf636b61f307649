// SPDX-License-Identifier: Apache-2.0
#include "cloud/kube/kube_client.hpp"

#include <gmock/gmock.h>

#include "cloud/kube/scripted_api_test.hpp"

namespace hearth::kube {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

class Client : public testing::Test {
 protected:
  ScriptedApi api_;
  KubeClient client_{api_.executor(), api_.access(), "hearthtest/1.0"};
};

TEST_F(Client, GetsAnObject) {
  api_.then({.body = R"({"kind":"Device"})"});
  const auto object = api_.await(client_.get("/apis/g/v1/devices/lamp"));
  ASSERT_TRUE(object) << object.error().text;
  EXPECT_EQ(object->at("kind"), "Device");
  EXPECT_EQ(api_.requests()[0].headers.get("User-Agent"), "hearthtest/1.0");
  EXPECT_EQ(api_.requests()[0].headers.get("Accept"), "application/json");
}

TEST_F(Client, ShowsItsToken) {
  auto access = api_.access();
  access.bearer_token = "secret";
  KubeClient client(api_.executor(), access, "t");
  api_.then({.body = "{}"});
  EXPECT_TRUE(api_.await(client.get("/version")));
  EXPECT_EQ(api_.requests()[0].headers.get("Authorization"), "Bearer secret");
}

TEST_F(Client, ListsPageByPageAndCompletesItems) {
  api_.then(
      {.body = R"({"kind":"NodeList","apiVersion":"v1","metadata":{"resourceVersion":"9","continue":"a/b"},
                         "items":[{"metadata":{"name":"a"}}]})"});
  api_.then({.body = R"({"kind":"NodeList","apiVersion":"v1","metadata":{"resourceVersion":"9"},
                         "items":[{"metadata":{"name":"b"}}]})"});
  const auto list = api_.await(client_.list("/api/v1/nodes"));
  ASSERT_TRUE(list) << list.error().text;
  ASSERT_EQ(list->items.size(), 2U);
  EXPECT_EQ(list->items[1].at("kind"), "Node");
  EXPECT_EQ(list->resource_version, "9");
  EXPECT_EQ(api_.requests()[0].target, "/api/v1/nodes?limit=500");
  EXPECT_EQ(api_.requests()[1].target, "/api/v1/nodes?limit=500&continue=a%2Fb");
}

TEST_F(Client, ListsInOnePieceWhenThePagesExpire) {
  api_.then({.body = R"({"metadata":{"continue":"x"},"items":[{"metadata":{"name":"a"}}]})"});
  api_.then(
      {.status = 410, .body = R"({"kind":"Status","code":410,"reason":"Expired","message":"too old"})"});
  api_.then({.body = R"({"metadata":{"resourceVersion":"12"},"items":[{"metadata":{"name":"b"}}]})"});
  const auto list = api_.await(client_.list("/api/v1/nodes"));
  ASSERT_TRUE(list) << list.error().text;
  EXPECT_EQ(list->items.size(), 1U);
  EXPECT_EQ(api_.requests()[2].target, "/api/v1/nodes");
}

TEST_F(Client, PatchesWithTypeAndManager) {
  for (int i = 0; i < 2; ++i)
    api_.then({.body = "{}"});
  EXPECT_TRUE(api_.await(client_.patch("/x", PatchType::merge, json::object())));
  EXPECT_TRUE(api_.await(client_.patch("/x?fieldManager=me", PatchType::apply, json::object())));
  EXPECT_EQ(api_.requests()[0].target, "/x?fieldManager=hearthtest");
  EXPECT_EQ(api_.requests()[0].headers.get("Content-Type"), "application/merge-patch+json");
  EXPECT_EQ(api_.requests()[1].target, "/x?fieldManager=me");
  EXPECT_EQ(api_.requests()[1].headers.get("Content-Type"), "application/apply-patch+yaml");
}

TEST_F(Client, TurnsAStatusIntoAnError) {
  api_.then(
      {.status = 409,
       .body = R"({"kind":"Status","reason":"AlreadyExists","message":"devices \"x\" already exists"})"});
  const auto created = api_.await(client_.create("/x", json::object()));
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().cls, ErrorClass::conflict);
  EXPECT_EQ(created.error().code, "AlreadyExists");
}

TEST_F(Client, RefusesAnswersThatAreNoJson) {
  api_.then({.body = "<html>"});
  EXPECT_EQ(api_.await(client_.get("/x")).error().code, "BadAnswer");
  api_.then({.body = "[]"});
  EXPECT_EQ(api_.await(client_.list("/x")).error().code, "BadAnswer");
  api_.then({.body = R"({"items":7})"});
  EXPECT_EQ(api_.await(client_.list("/x")).error().code, "BadAnswer");
}

TEST_F(Client, SaysWhereNobodyAnswers) {
  auto access = api_.access();
  access.server.port = "1";
  KubeClient client(api_.executor(), access, "t");
  const auto answer = api_.await(client.get("/version"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().cls, ErrorClass::unavailable);
  EXPECT_THAT(answer.error().text, HasSubstr("127.0.0.1:1"));
}

TEST_F(Client, ReportsUnusableCertificatesWithTheFirstRequest) {
  auto access = api_.access();
  access.server.scheme = "https";
  access.ca_pem = "no certificate";
  KubeClient client(api_.executor(), access, "t");
  const auto answer = api_.await(client.get("/version"));
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().text, HasSubstr("credentials of the API server"));
}

TEST_F(Client, WatchesAcrossPiecesOfLines) {
  api_.then({.chunks = {R"({"type":"ADDED","obj)", R"(ect":{"a":1}})"
                                                   "\n"
                                                   R"({"type":"BOOKMARK","object":{}})"
                                                   "\n"}});
  std::vector<std::string> types;
  const auto ended = api_.await(client_.watch("/x", "7", [&types](const WatchEvent& event) {
    types.push_back(event.type);
    return true;
  }));
  EXPECT_TRUE(ended);
  EXPECT_THAT(types, ElementsAre("ADDED", "BOOKMARK"));
  EXPECT_THAT(api_.requests()[0].target, HasSubstr("/x?watch=true&allowWatchBookmarks=true&timeoutSeconds="));
  EXPECT_THAT(api_.requests()[0].target, HasSubstr("&resourceVersion=7"));
}

TEST_F(Client, AnErrorEventEndsTheWatch) {
  api_.then(
      {.chunks = {
           R"({"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Gone","message":"too old"}})"
           "\n"}});
  const auto ended = api_.await(client_.watch("/x", "1", [](const WatchEvent&) { return true; }));
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().cls, ErrorClass::conflict);
  EXPECT_EQ(ended.error().code, "Expired");
}

TEST_F(Client, ACutWatchIsAnError) {
  api_.then({.chunks = {R"({"type":"ADDED","object":{}})"
                        "\n"
                        R"({"type":)"},
             .finished = false});
  EXPECT_FALSE(api_.await(client_.watch("/x", "1", [](const WatchEvent&) { return true; })));
}

TEST_F(Client, GarbageInAWatchIsAnError) {
  api_.then({.chunks = {"not json\n"}});
  EXPECT_EQ(api_.await(client_.watch("/x", "1", [](const WatchEvent&) { return true; })).error().code,
            "BadAnswer");
}

TEST_F(Client, TheListenerMayEndTheWatch) {
  const std::string line = R"({"type":"ADDED","object":{}})"
                           "\n";
  api_.then({.chunks = {line + line + line}});
  int events = 0;
  EXPECT_TRUE(api_.await(client_.watch("/x", "1", [&events](const WatchEvent&) { return ++events < 2; })));
  EXPECT_EQ(events, 2);
}

TEST(ResourcePath, HasCoreAndGroups) {
  EXPECT_EQ(resource_path("", "v1", "nodes", "", "edge"), "/api/v1/nodes/edge");
  EXPECT_EQ(resource_path("g.io", "v1", "devices", "default", "lamp", "status"),
            "/apis/g.io/v1/namespaces/default/devices/lamp/status");
  EXPECT_EQ(resource_path("g.io", "v1", "devices", "a/b", "x y"),
            "/apis/g.io/v1/namespaces/a%2Fb/devices/x%20y");
}

}  // namespace
}  // namespace hearth::kube
