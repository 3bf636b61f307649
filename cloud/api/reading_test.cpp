// SPDX-License-Identifier: Apache-2.0
// Lists, gets and watches at versions: pages, resourceVersion and its match, over the wire.
#include <gtest/gtest.h>

#include <chrono>
#include <map>

#include "cloud/api/base/json_view.hpp"
#include "cloud/api/server_fixture_test.hpp"

namespace hearth::api {
namespace {

using nlohmann::json;

const std::string kMaps = "/api/v1/namespaces/default/configmaps";

class Reading : public ServerTest {
 protected:
  struct Got {
    int status = 0;
    json body;
    std::string message() const { return body.value("message", ""); }
  };

  Got call(const std::string& method, const std::string& target, const std::string& body = {}) {
    net::HttpRequest asked;
    asked.method = method;
    asked.target = target;
    asked.headers.add("Content-Type",
                      method == "PATCH" ? "application/merge-patch+json" : "application/json");
    asked.body = body;
    const auto answer = request(std::move(asked), "system:masters");
    return {answer.status, json::parse(answer.body, nullptr, false)};
  }
  Got get(const std::string& query) { return call("GET", kMaps + query); }

  std::string create(const std::string& name, const std::string& value) {
    const json object = {{"metadata", {{"name", name}}}, {"data", {{"v", value}}}};
    const auto made = call("POST", kMaps, object.dump());
    EXPECT_EQ(made.status, 201) << made.body;
    return version_of(made.body);
  }
  static std::string next_of(const Got& page) { return page.body.at("metadata").value("continue", ""); }
  static std::string names_in(const Got& page) {
    std::string names;
    for (const auto& item : page.body.at("items"))
      names += name_of(item) + "=" + item.at("data").at("v").get<std::string>() + " ";
    return names;
  }
};

TEST_F(Reading, PagesAreOfOneStateWhateverHappensBetweenThem) {
  for (const auto* name : {"a", "b", "c", "d"})
    create(name, "1");
  const auto all = get("");
  const auto first = get("?limit=2");
  const auto version = version_of(first.body);
  EXPECT_EQ(version, version_of(all.body));
  EXPECT_EQ(call("DELETE", kMaps + "/c").status, 200);
  EXPECT_EQ(call("PATCH", kMaps + "/d", R"({"data":{"v":"2"}})").status, 200);
  create("e", "1");
  auto names = names_in(first);
  auto token = next_of(first);
  while (!token.empty()) {
    const auto page = get("?limit=2&continue=" + token);
    ASSERT_EQ(page.status, 200) << page.body;
    EXPECT_EQ(version_of(page.body), version);
    names += names_in(page);
    token = next_of(page);
  }
  EXPECT_EQ(names, names_in(all));
  EXPECT_EQ(names_in(get("?resourceVersionMatch=Exact&resourceVersion=" + version)), names);
  EXPECT_EQ(names_in(get("?limit=500&resourceVersion=" + version)), names) << "a list by pages is exact";
  EXPECT_EQ(names_in(get("?resourceVersionMatch=NotOlderThan&resourceVersion=" + version)),
            names_in(get("")));
  EXPECT_EQ(names_in(get("?resourceVersion=0")), names_in(get("")));
}

TEST_F(Reading, ABrokenTokenIsRefused) {
  const auto broken = get("?continue=broken");
  EXPECT_EQ(broken.status, 400);
  EXPECT_EQ(broken.message().substr(0, 27), "continue key is not valid: ");
  create("a", "1");
  create("b", "1");
  const auto token = next_of(get("?limit=1"));
  const auto both = get("?resourceVersion=1&continue=" + token);
  EXPECT_EQ(both.status, 400);
  EXPECT_EQ(both.message(), "specifying resource version is not allowed when using continue");
  EXPECT_EQ(get("?resourceVersion=0&continue=" + token).status, 200);
}

TEST_F(Reading, ATokenFromBeforeARestartLeadsToTheRest) {
  create("a", "1");
  const auto version = create("b", "1");
  const auto token = next_of(get("?limit=1"));
  create("c", "1");
  restart_server();
  const auto gone = get("?limit=1&continue=" + token);
  EXPECT_EQ(gone.status, 410);
  const auto fresh = next_of(gone);
  ASSERT_FALSE(fresh.empty());
  const auto rest = get("?continue=" + fresh);
  EXPECT_EQ(names_in(rest).find("b=1 c=1 "), 0U);
  EXPECT_EQ(get("?resourceVersionMatch=Exact&resourceVersion=" + version).status, 410);
}

TEST_F(Reading, OptionsThatContradictEachOtherAreNamed) {
  const std::string start = R"(ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: )";
  const std::map<std::string, std::string> refusals = {
      {"?resourceVersionMatch=Exact",
       "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided"},
      {"?resourceVersion=0&resourceVersionMatch=Exact",
       R"(Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0")"},
      {"?resourceVersion=1&resourceVersionMatch=Newest",
       R"(Unsupported value: "Newest": supported values: "Exact", "NotOlderThan", "")"},
      {"?resourceVersion=0&resourceVersionMatch=NotOlderThan&continue=x",
       "Forbidden: resourceVersionMatch is forbidden when continue is provided"},
      {"?watch=true&resourceVersionMatch=NotOlderThan",
       "Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"},
      {"?watch=true&sendInitialEvents=true",
       "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"}};
  for (const auto& [query, why] : refusals) {
    const auto refused = get(query);
    EXPECT_EQ(refused.status, 422) << query;
    EXPECT_EQ(refused.message(), start + why);
  }
}

TEST_F(Reading, AVersionThatIsNotReachedIsWaitedForAndThenRefused) {
  const auto version = std::stoull(create("a", "1"));
  const auto ahead = std::to_string(version + 1'000'000);
  for (const auto& target :
       {kMaps, kMaps + "/a", kMaps + "?watch=true",
        kMaps + "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"}) {
    const auto before = std::chrono::steady_clock::now();
    const bool watch = target.find("watch") != std::string::npos;
    const auto refused = call("GET", target + (watch ? "&" : "?") + "resourceVersion=" + ahead);
    EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::seconds(3)) << target;
    const auto status = watch ? refused.body["object"] : refused.body;
    EXPECT_EQ(status["code"], 504) << target;
    EXPECT_EQ(status["message"],
              "Timeout: Too large resource version: " + ahead + ", current: " + std::to_string(version));
    EXPECT_EQ(status["details"]["causes"][0]["reason"], "ResourceVersionTooLarge");
  }
  const auto reached = call("GET", kMaps + "/a?resourceVersion=" + std::to_string(version));
  EXPECT_EQ(reached.status, 200);
}

}  // namespace
}  // namespace hearth::api
