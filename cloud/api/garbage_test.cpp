// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <thread>

#include "cloud/api/base/json_view.hpp"
#include "cloud/api/server_fixture_test.hpp"

namespace hearth::api {
namespace {

using nlohmann::json;

class GarbageTest : public ServerTest {
 protected:
  net::HttpResponse ask(const std::string& method, const std::string& name, const json& body = nullptr) {
    net::HttpRequest call;
    call.method = method;
    call.target = "/api/v1/namespaces/default/configmaps" + (name.empty() ? "" : "/" + name);
    call.headers.add("Content-Type", method == "PATCH" ? "application/merge-patch+json" : "application/json");
    if (!body.is_null()) call.body = body.dump();
    return request(std::move(call), "system:masters");
  }
  static json owner(const std::string& name, const std::string& uid, bool blocks = false) {
    json reference = {{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"name", name}, {"uid", uid}};
    if (blocks) reference["blockOwnerDeletion"] = true;
    return reference;
  }
  /// The uid of the new object.
  std::string make(const std::string& name, json owners = json::array(), json finalizers = json::array()) {
    const auto made = ask(
        "POST", "",
        {{"metadata",
          {{"name", name}, {"ownerReferences", std::move(owners)}, {"finalizers", std::move(finalizers)}}}});
    EXPECT_EQ(made.status, 201) << made.body;
    return text_at(json::parse(made.body), {"metadata", "uid"});
  }
  json read(const std::string& name) { return json::parse(ask("GET", name).body); }
  bool there(const std::string& name) { return ask("GET", name).status == 200; }
  void remove(const std::string& name, const json& options = json::object()) {
    const auto answer = ask("DELETE", name, options);
    EXPECT_EQ(answer.status, 200) << answer.body;
  }
  template <class Condition>
  static bool comes_true(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (std::chrono::steady_clock::now() < deadline) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }
  bool goes(const std::string& name) {
    return comes_true([&] { return !there(name); });
  }
};

TEST_F(GarbageTest, DependentsGoAfterTheirOwnerByDefault) {
  const auto top = make("top");
  const auto middle = make("middle", {owner("top", top)});
  make("bottom", {owner("middle", middle)});
  make("stranger");
  remove("top");
  EXPECT_TRUE(goes("middle"));
  EXPECT_TRUE(goes("bottom"));
  EXPECT_TRUE(there("stranger"));
}

TEST_F(GarbageTest, AnObjectWithAnotherOwnerLosesTheReferenceAlone) {
  const auto first = make("first");
  const auto second = make("second");
  make("shared", {owner("first", first), owner("second", second)});
  remove("first");
  ASSERT_TRUE(comes_true([&] {
    return array_at(read("shared"), {"metadata", "ownerReferences"}).size() == 1;
  }));
  EXPECT_EQ(read("shared")["metadata"]["ownerReferences"][0]["uid"], second);
  remove("second");
  EXPECT_TRUE(goes("shared"));
}

TEST_F(GarbageTest, OwnersThatNeverWereOrHaveAnotherUidOwnNothing) {
  make("alive");
  make("of-nobody", {owner("nobody", "11111111-1111-1111-1111-111111111111")});
  make("of-another", {owner("alive", "22222222-2222-2222-2222-222222222222")});
  EXPECT_TRUE(goes("of-nobody"));
  EXPECT_TRUE(goes("of-another"));
  EXPECT_TRUE(there("alive"));
}

TEST_F(GarbageTest, AReferenceToAKindThatIsNotServedLeavesTheObject) {
  make("of-unknown",
       {{{"apiVersion", "nowhere.example/v1"}, {"kind", "Thing"}, {"name", "x"}, {"uid", "u"}}});
  make("of-nobody", {owner("nobody", "11111111-1111-1111-1111-111111111111")});
  EXPECT_TRUE(goes("of-nobody"));  // it was made later, so the other has been looked at
  EXPECT_TRUE(there("of-unknown"));
}

TEST_F(GarbageTest, InTheForegroundTheOwnerWaitsForThoseThatBlockIt) {
  const auto top = make("top");
  const auto held = make("held", {owner("top", top, true)}, {"example.org/held"});
  make("below", {owner("held", held, true)});
  make("free", {owner("top", top)});
  const auto answer = ask("DELETE", "top", {{"propagationPolicy", "Foreground"}});
  EXPECT_EQ(answer.status, 200);
  const auto marked = json::parse(answer.body);
  EXPECT_EQ(array_at(marked, {"metadata", "finalizers"}), json({"foregroundDeletion"}));
  EXPECT_NE(text_at(marked, {"metadata", "deletionTimestamp"}), "");
  EXPECT_TRUE(goes("below"));
  ASSERT_TRUE(
      comes_true([&] { return read("held")["metadata"]["finalizers"] == json({"example.org/held"}); }));
  EXPECT_TRUE(there("top"));
  EXPECT_TRUE(there("free"));
  EXPECT_EQ(ask("PATCH", "held", {{"metadata", {{"finalizers", nullptr}}}}).status, 200);
  EXPECT_TRUE(goes("top"));
  EXPECT_TRUE(goes("free"));
  EXPECT_FALSE(there("held"));
}

TEST_F(GarbageTest, OwnersThatOwnEachOtherGoInTheForegroundToo) {
  const auto first = make("first");
  const auto second = make("second", {owner("first", first, true)});
  EXPECT_EQ(
      ask("PATCH", "first", {{"metadata", {{"ownerReferences", {owner("second", second, true)}}}}}).status,
      200);
  remove("first", {{"propagationPolicy", "Foreground"}});
  EXPECT_TRUE(goes("first"));
  EXPECT_TRUE(goes("second"));
}

TEST_F(GarbageTest, OrphansStayWithoutTheReference) {
  const auto top = make("top");
  make("child", {owner("top", top)});
  remove("top", {{"propagationPolicy", "Orphan"}});
  EXPECT_TRUE(goes("top"));
  EXPECT_FALSE(read("child")["metadata"].contains("ownerReferences"));
  const auto again = make("top");
  EXPECT_EQ(ask("PATCH", "child", {{"metadata", {{"ownerReferences", {owner("top", again)}}}}}).status, 200);
  remove("top", {{"orphanDependents", true}});
  EXPECT_TRUE(goes("top"));
  EXPECT_FALSE(read("child")["metadata"].contains("ownerReferences"));
}

TEST_F(GarbageTest, ThePolicyIsSaidOnce) {
  make("top");
  const auto answer = ask("DELETE", "top", {{"propagationPolicy", "Orphan"}, {"orphanDependents", true}});
  EXPECT_EQ(answer.status, 422);
  EXPECT_NE(answer.body.find("orphanDependents and deletionPropagation cannot be both set"),
            std::string::npos);
}

TEST_F(GarbageTest, ADeletionThatWasNotMeantCollectsNothing) {
  const auto top = make("top");
  make("child", {owner("top", top)});
  remove("top", {{"dryRun", {"All"}}, {"propagationPolicy", "Foreground"}});
  make("of-nobody", {owner("nobody", "11111111-1111-1111-1111-111111111111")});
  EXPECT_TRUE(goes("of-nobody"));
  EXPECT_TRUE(there("child"));
  EXPECT_FALSE(read("top")["metadata"].contains("deletionTimestamp"));
}

TEST_F(GarbageTest, WhatWasBegunGoesOnAfterARestart) {
  const auto top = make("top");
  make("child", {owner("top", top, true)}, {"example.org/held"});
  remove("top", {{"propagationPolicy", "Foreground"}});
  ASSERT_TRUE(comes_true([&] { return read("child")["metadata"].contains("deletionTimestamp"); }));
  restart_server();
  EXPECT_EQ(ask("PATCH", "child", {{"metadata", {{"finalizers", nullptr}}}}).status, 200);
  EXPECT_TRUE(goes("top"));
}

TEST_F(GarbageTest, AThousandDependentsAndMoreGoInBatches) {
  const auto top = make("top");
  std::string manifests;
  for (int i = 0; i < 2500; ++i) {
    manifests += json{{"apiVersion", "v1"},
                      {"kind", "ConfigMap"},
                      {"metadata",
                       {{"name", "many-" + std::to_string(i)},
                        {"labels", {{"many", "yes"}}},
                        {"ownerReferences", {owner("top", top, i % 2 == 0)}}}}}
                     .dump() +
                 "\n";
  }
  ok({"create", "-f", "-"}, manifests);
  remove("top", {{"propagationPolicy", "Foreground"}});
  EXPECT_TRUE(goes("top"));
  EXPECT_TRUE(comes_true([&] { return ok({"get", "configmaps", "-l", "many=yes", "-o", "name"}).empty(); }));
}

TEST_F(GarbageTest, ReferencesAreCheckedInKubernetesWords) {
  json both = {owner("a", "1"), owner("b", "2"), {{"apiVersion", "apps/"}}};
  both[0]["controller"] = true;
  both[1]["controller"] = true;
  const auto answer = ask("POST", "", {{"metadata", {{"name", "x"}, {"ownerReferences", both}}}});
  EXPECT_EQ(answer.status, 422);
  const auto message = text_at(json::parse(answer.body), {"message"});
  for (const auto* part :
       {"metadata.ownerReferences.apiVersion: Invalid value: \"apps/\": version must not be empty",
        "metadata.ownerReferences.kind: Invalid value: \"\": kind must not be empty",
        "metadata.ownerReferences.name: Invalid value: \"\": name must not be empty",
        "metadata.ownerReferences.uid: Invalid value: \"\": uid must not be empty",
        "Only one reference can have Controller set to true. Found \"true\" in references for "
        "ConfigMap/a and ConfigMap/b"}) {
    EXPECT_NE(message.find(part), std::string::npos) << part << "\n" << message;
  }
}

}  // namespace
}  // namespace hearth::api
