// SPDX-License-Identifier: Apache-2.0
// Server-side apply and managedFields, by the real kubectl.
#include <gmock/gmock.h>

#include "cloud/api/server_fixture_test.hpp"

namespace hearth::api {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kLamps = "/apis/example.org/v1/namespaces/default/lamps";

std::string lamp(const std::string& spec, const std::string& name = "one") {
  return "apiVersion: example.org/v1\nkind: Lamp\nmetadata: {name: " + name + "}\nspec: {" + spec + "}\n";
}

class Apply : public ServerTest {
 protected:
  std::vector<std::string> by(const std::string& manager, std::vector<std::string> more = {}) {
    std::vector<std::string> command = {"apply", "--server-side", "--field-manager=" + manager, "-f", "-"};
    command.insert(command.end(), more.begin(), more.end());
    return command;
  }
  std::string send_patch(const std::string& query, const std::string& type, const std::string& body) {
    net::HttpRequest patch{"PATCH", kLamps + "/one" + query, {{"Content-Type", type}}, body, {}};
    return request(std::move(patch), "system:masters").body;
  }
  json object(const std::string& name = "one") {
    return json::parse(ok({"get", "--raw", kLamps + "/" + name}));
  }
  json entry(const std::string& manager, const std::string& subresource = {}) {
    const auto entries = object().at("metadata").value("managedFields", json::array());
    for (const auto& each : entries) {
      if (each["manager"] == manager && each.value("subresource", "") == subresource) return each;
    }
    return nullptr;
  }
};

TEST_F(Apply, CreatesThenChangesNothingThenSaysWhoOwnsWhat) {
  EXPECT_THAT(ok(by("a"), lamp("nodeName: n1, watts: 5")),
              HasSubstr("lamp.example.org/one serverside-applied"));
  const auto before = object();
  ok(by("a"), lamp("nodeName: n1, watts: 5"));
  EXPECT_EQ(object(), before);
  EXPECT_EQ(entry("a")["operation"], "Apply");
  EXPECT_EQ(entry("a")["fieldsV1"], json::parse(R"({"f:spec":{"f:nodeName":{},"f:watts":{}}})"));
  EXPECT_EQ(before["spec"]["power"], "OFF");
  EXPECT_EQ(before["metadata"]["generation"], 1);
}

TEST_F(Apply, ConflictsNameTheManagerAndForceTakesOver) {
  ok(by("a"), lamp("nodeName: n1, watts: 5"));
  auto refused = kubectl(by("b"), lamp("nodeName: n2"));
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.out, HasSubstr("Apply failed with 1 conflict: conflict with \"a\": .spec.nodeName"));
  refused = kubectl(by("b"), lamp("nodeName: n2, watts: 6"));
  EXPECT_THAT(
      refused.out,
      HasSubstr("Apply failed with 2 conflicts: conflicts with \"a\":\n- .spec.nodeName\n- .spec.watts"));
  ok(by("b", {"--force-conflicts"}), lamp("nodeName: n2"));
  EXPECT_EQ(object()["spec"]["nodeName"], "n2");
  ok({"label", "lamp", "one", "room=hall"});
  ok({"patch", "lamp", "one", "--type=merge", "-p", R"({"spec":{"nodeName":"n3"}})"});
  EXPECT_THAT(kubectl(by("b"), lamp("nodeName: n2")).out,
              HasSubstr("conflict with \"kubectl-patch\" using example.org/v1: .spec.nodeName"));
  ok(by("a"), lamp("mode: DAY"));
  EXPECT_FALSE(object()["spec"].contains("watts"));
}

TEST_F(Apply, RefusesWhatIsNoPartOfTheKind) {
  EXPECT_THAT(kubectl(by("a"), lamp("zz: 1")).out,
              HasSubstr("failed to create typed patch object (default/one; example.org/v1, Kind=Lamp): "
                        ".spec.zz: field not declared in schema"));
  EXPECT_THAT(kubectl(by("a"), lamp("nodeName: 7")).out,
              HasSubstr(".spec.nodeName: expected string, got &value.valueUnstructured{Value:7}"));
  EXPECT_THAT(kubectl(by("a"), lamp("watts: x")).out,
              HasSubstr(".spec.watts: expected numeric (int or float), got string"));
  EXPECT_THAT(kubectl(by("a"), lamp("mode: DUSK")).out, HasSubstr("spec.mode: Unsupported value: \"DUSK\""));
  EXPECT_THAT(kubectl({"get", "lamp", "one"}).out, HasSubstr("NotFound"));
}

TEST_F(Apply, DryRunsAndDiffsChangeNothing) {
  ok(by("a", {"--dry-run=server"}), lamp("nodeName: n1"));
  EXPECT_THAT(kubectl({"get", "lamp", "one"}).out, HasSubstr("NotFound"));
  ok(by("a"), lamp("nodeName: n1"));
  const auto diff = kubectl({"diff", "--server-side", "--field-manager=a", "-f", "-"}, lamp("nodeName: n2"));
  EXPECT_EQ(diff.code, 1);
  EXPECT_EQ(object()["spec"]["nodeName"], "n1");
}

TEST_F(Apply, TakesOverWhatClientSideApplyKept) {
  ok({"apply", "-f", "-"}, lamp("nodeName: n1, watts: 5"));
  EXPECT_FALSE(entry("kubectl-client-side-apply").is_null());
  ok({"apply", "--server-side", "-f", "-"}, lamp("nodeName: n2"));
  EXPECT_EQ(object()["spec"]["nodeName"], "n2");
  EXPECT_FALSE(object()["spec"].contains("watts")) << object().dump(1);
  EXPECT_EQ(entry("kubectl")["operation"], "Apply");
  EXPECT_TRUE(entry("kubectl-client-side-apply").is_null());
  EXPECT_THAT(ok({"apply", "-f", "-"}, lamp("nodeName: n2")), HasSubstr("lamp.example.org/one"));
}

TEST_F(Apply, BuiltInKindsAndStatusAreAppliedToo) {
  const std::string node = "apiVersion: v1\nkind: Node\nmetadata: {name: n1, labels: {a: b}}\n";
  EXPECT_THAT(ok(by("a"), node), HasSubstr("node/n1 serverside-applied"));
  ok(by("a"), lamp("nodeName: n1"));
  const std::string status =
      "apiVersion: example.org/v1\nkind: Lamp\nmetadata: {name: one, labels: {room: hall}}\n"
      "spec: {nodeName: n9}\nstatus: {state: online}\n";
  ok(by("s", {"--subresource=status"}), status);
  EXPECT_EQ(object()["status"]["state"], "online");
  EXPECT_EQ(object()["spec"]["nodeName"], "n1");
  EXPECT_FALSE(object()["metadata"].contains("labels"));
  EXPECT_EQ(entry("s", "status")["fieldsV1"], json::parse(R"({"f:status":{"f:state":{}}})"));
  EXPECT_FALSE(entry("a").is_null());
}

TEST_F(Apply, TaintsComeAndGo) {
  ok({"create", "-f", "-"}, "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n");
  ok({"taint", "node", "n1", "a=1:NoSchedule", "b=2:NoExecute"});
  ok({"taint", "node", "n1", "a-"});
  EXPECT_EQ(ok({"get", "node", "n1", "-o", "jsonpath={.spec.taints[*].key}"}), "b");
}

TEST_F(Apply, EveryWriteIsNotedUnderItsManager) {
  ok({"create", "-f", "-"}, lamp("nodeName: n1"));
  EXPECT_EQ(entry("kubectl-create")["operation"], "Update");
  ok({"label", "lamp", "one", "room=hall"});
  EXPECT_EQ(entry("kubectl-label")["fieldsV1"],
            json::parse(R"({"f:metadata":{"f:labels":{".":{},"f:room":{}}}})"));
  ok({"replace", "--raw", kLamps + "/one/status", "-f", "-"},
     json{{"apiVersion", "example.org/v1"},
          {"kind", "Lamp"},
          {"metadata", {{"name", "one"}, {"resourceVersion", object()["metadata"]["resourceVersion"]}}},
          {"status", {{"state", "on"}}}}
         .dump());
  EXPECT_EQ(entry("kubectl", "status")["fieldsV1"], json::parse(R"({"f:status":{".":{},"f:state":{}}})"));
  EXPECT_THAT(ok({"get", "lamp", "one", "-o", "yaml"}), Not(HasSubstr("managedFields")));
  EXPECT_THAT(ok({"get", "lamp", "one", "-o", "yaml", "--show-managed-fields"}), HasSubstr("f:nodeName"));
}

TEST_F(Apply, ClientsMayWriteTheEntriesThemselves) {
  ok(by("a"), lamp("nodeName: n1"));
  const auto version = object()["metadata"]["resourceVersion"].get<std::string>();
  const auto patch = [](const std::string& guard, const std::string& entries) {
    return R"([{"op":"replace","path":"/metadata/managedFields","value":)" + entries +
           R"(},{"op":"replace","path":"/metadata/resourceVersion","value":")" + guard + R"("}])";
  };
  EXPECT_THAT(kubectl({"patch", "lamp", "one", "--type=json", "-p", patch("1", "[{}]")}).out,
              HasSubstr("the object has been modified"));
  ok({"patch", "lamp", "one", "--type=json", "-p", patch(version, "[{}]")});
  EXPECT_FALSE(object()["metadata"].contains("managedFields"));
  EXPECT_THAT(kubectl(by("b"), lamp("nodeName: n2")).out, HasSubstr("conflict with \"before-first-apply\""));
  EXPECT_THAT(kubectl(by("b"), lamp("nodeName: n1") + "metadata: {managedFields: []}\n").out,
              Not(HasSubstr("serverside-applied")));
}

TEST_F(Apply, NeedsAManagerAndOnlyAppliesAreForced) {
  ok({"create", "-f", "-"}, lamp("nodeName: n1"));
  EXPECT_THAT(
      send_patch("", "application/apply-patch+yaml", lamp("nodeName: n1")),
      HasSubstr("PatchOptions.meta.k8s.io \\\"\\\" is invalid: fieldManager: Required value: is required for "
                "apply patch"));
  EXPECT_THAT(send_patch("?fieldManager=x&force=true", "application/merge-patch+json", "{}"),
              HasSubstr("force: Forbidden: may not be specified for non-apply patch"));
  EXPECT_THAT(send_patch("?fieldManager=x", "application/apply-patch+yaml",
                   lamp("nodeName: n1") + "  \n"),
              HasSubstr("\"nodeName\":\"n1\""));
  EXPECT_THAT(send_patch("?fieldManager=x", "application/apply-patch+yaml",
                   "apiVersion: example.org/v1\nkind: Lamp\nmetadata: {managedFields: [{manager: x}]}\n"),
              HasSubstr("metadata.managedFields must be nil"));
}

}  // namespace
}  // namespace hearth::api
