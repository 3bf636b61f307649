// SPDX-License-Identifier: Apache-2.0
// The controller whole, against a small API over real HTTP: devices in, messages and status out.
#include "cloud/controller/device_controller.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "cloud/controller/test_objects.hpp"
#include "sdk/net/http_server.hpp"
#include "sdk/wire/resource.hpp"

namespace hearth::controller {
namespace {

using nlohmann::json;
using testing::device_json;
using testing::model_json;

constexpr std::chrono::seconds kDeadline{10};
const std::string kDevices = "/apis/devices.kubeedge.io/v1beta1/devices";
const std::string kModels = "/apis/devices.kubeedge.io/v1beta1/devicemodels";
const std::string kNodeLeases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
const std::string kLampStatus = "/apis/devices.kubeedge.io/v1beta1/namespaces/default/devices/lamp/status";

net::Headers json_headers() {
  return {{"Content-Type", "application/json"}};
}

/// Lists, hanging watches, status patches, Nodes and Events: as much of Kubernetes as the controller uses.
class SmallApi {
 public:
  explicit SmallApi(boost::asio::io_context& io)
      : server_(io.get_executor(), {}, [this](net::HttpRequest request, net::ResponseWriter& writer) {
          return answer(this, std::move(request), writer);
        }) {
    const auto started = server_.start();
    if (!started) throw ErrorException(started.error());
  }

  kube::Access access() const {
    kube::Access access;
    access.server = *net::parse_url("http://127.0.0.1:" + std::to_string(server_.port()));
    return access;
  }
  void stop() { server_.stop(); }

  json lamp = device_json();
  json model = model_json();
  int refusals = 0;  ///< status patches to be answered 503 first
  int status_patches = 0;
  std::vector<json> events;
  std::vector<json> nodes;
  std::vector<json> node_patches;
  json lease;

 private:
  static boost::asio::awaitable<void> answer(SmallApi* api, net::HttpRequest request,
                                             net::ResponseWriter& writer) {
    const std::string path = request.target.substr(0, request.target.find('?'));
    if (request.target.find("watch=") != std::string::npos) {
      net::Headers headers = json_headers();
      const auto begun = co_await writer.start(200, std::move(headers));
      if (begun) co_await writer.closed();
      co_return;
    }
    net::HttpResponse response = api->respond(request, path);
    const auto sent = co_await writer.send(std::move(response));
    static_cast<void>(sent);
  }

  static net::HttpResponse reply(int status, const json& body) {
    return {status, json_headers(), body.dump()};
  }
  static net::HttpResponse list(const json& items) {
    return reply(200, {{"kind", "List"}, {"metadata", {{"resourceVersion", "100"}}}, {"items", items}});
  }
  static net::HttpResponse failure(int status, const char* reason) {
    return reply(status, {{"kind", "Status"}, {"reason", reason}, {"message", reason}, {"code", status}});
  }

  net::HttpResponse respond(const net::HttpRequest& request, const std::string& path) {
    const json body = json::parse(request.body, nullptr, false);
    if (path == kDevices) return list(json::array({lamp}));
    if (path == kModels) return list(json::array({model}));
    if (path == "/apis/devices.kubeedge.io/v1beta1")
      return reply(200, {{"resources", {{{"name", "devices/status"}}}}});
    if (path == "/api/v1") return reply(200, {{"resources", {{{"name", "nodes/status"}}}}});
    if (path == "/api/v1/nodes" && request.method == "GET") return list(json::array());
    if (path == "/api/v1/nodes") return nodes.push_back(body), reply(201, body);
    if (path == "/api/v1/nodes/edge-1/status") return patch_node(body);
    if (path.starts_with(kNodeLeases)) return keep_lease(request.method, body);
    if (path == "/api/v1/namespaces/default/events") return events.push_back(body), reply(201, body);
    if (path == kLampStatus && request.method == "PATCH") return patch_status(body);
    return failure(404, "NotFound");
  }

  net::HttpResponse patch_node(const json& body) {
    node_patches.push_back(body);
    return reply(200, {{"metadata", {{"name", "edge-1"}, {"uid", "uid-of-edge-1"}}}});
  }

  net::HttpResponse keep_lease(const std::string& method, const json& body) {
    if (method == "PATCH" && lease.is_null()) return failure(404, "NotFound");
    lease = body;
    return reply(method == "POST" ? 201 : 200, lease);
  }

  net::HttpResponse patch_status(const json& body) {
    if (refusals > 0) return --refusals, failure(503, "ServiceUnavailable");
    ++status_patches;
    lamp.merge_patch(body);
    lamp["metadata"]["resourceVersion"] = std::to_string(40 + status_patches);
    return reply(200, lamp);
  }

  net::HttpServer server_;
};

class DeviceControllerTest : public ::testing::Test {
 protected:
  DeviceControllerTest() {
    NodeLink link;
    link.send = [this](const std::string&, wire::HubMessage message) { sent_.push_back(std::move(message)); };
    link.send_acked = [this](const std::string&, wire::HubMessage message, std::function<void(bool)> done) {
      sent_.push_back(std::move(message));
      done(true);
    };
    ControllerOptions options;
    options.node_grace = std::chrono::milliseconds(50);
    controller_.emplace(io_.get_executor(), api_.access(), std::move(link), options, metrics_, trace_);
  }
  ~DeviceControllerTest() override {
    controller_->stop();
    api_.stop();
    io_.restart();
    io_.run_for(std::chrono::milliseconds(100));
  }

  /// Runs everything until the condition holds.
  ::testing::AssertionResult wait_for(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + kDeadline;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return ::testing::AssertionFailure() << api_.lamp.dump(2);
      io_.restart();
      io_.run_one_for(std::chrono::milliseconds(50));
    }
    return ::testing::AssertionSuccess();
  }
  bool confirmed(const std::string& msg_id) const {
    return std::any_of(sent_.begin(), sent_.end(), [&](const auto& message) {
      return message.header.parent_msg_id == msg_id && message.route.group == "twin" &&
             message.route.operation == "response" && message.route.resource == "twin" &&
             message.content == "OK";
    });
  }
  bool refused(const std::string& msg_id, int code) const {
    return std::any_of(sent_.begin(), sent_.end(), [&](const auto& message) {
      return message.header.parent_msg_id == msg_id && message.route.operation == "response" &&
             message.content.is_object() && message.content.value("code", 0) == code;
    });
  }
  bool was_sent(const std::string& operation, const std::string& resource) const {
    return std::any_of(sent_.begin(), sent_.end(), [&](const auto& message) {
      return message.route.operation == operation && message.route.resource == resource;
    });
  }
  std::string report(const std::string& value, const std::string& device = "lamp") {
    auto message = wire::make_message(
        {"twin", "resource", "update", "device/default/" + device + "/twin/edge_updated"},
        {{"event_id", "event-" + value},
         {"timestamp", 1},
         {"twin", {{"power", {{"actual", {{"value", value}, {"metadata", {{"timestamp", 1}}}}}}}}}},
        1);
    std::string id = message.header.msg_id;
    controller_->node_message("edge-1", std::move(message));
    return id;
  }
  json condition(const std::string& type) const {
    for (const json& entry : api_.lamp["status"].value("conditions", json::array())) {
      if (entry["type"] == type) return entry;
    }
    return {};
  }
  std::string status_of(const std::string& type) const { return text_at(condition(type), {"status"}); }

  boost::asio::io_context io_;
  SmallApi api_{io_};
  Metrics metrics_;
  Trace trace_;
  std::vector<wire::HubMessage> sent_;
  std::optional<DeviceController> controller_;
};

TEST_F(DeviceControllerTest, SendsANodeItsDevicesAndSaysThatTheyAreSynced) {
  controller_->start();
  controller_->node_connected("edge-1", true);
  ASSERT_TRUE(wait_for([&] { return status_of("Synced") == "True"; }));
  EXPECT_TRUE(was_sent("update", "membership"));
  EXPECT_TRUE(was_sent("insert", "default/devicemodel/dimmer"));
  EXPECT_TRUE(was_sent("update", "default/device/lamp"));
  EXPECT_EQ(api_.lamp["status"]["observedGeneration"], 1);
  EXPECT_EQ(status_of("ModelReady"), "True");
  EXPECT_EQ(status_of("Reachable"), "True");
}

TEST_F(DeviceControllerTest, WritesAReportConfirmsItAndTracesIt) {
  controller_->start();
  controller_->node_connected("edge-1", true);
  const auto id = report("ON");
  ASSERT_TRUE(wait_for([&] { return confirmed(id); }));
  EXPECT_EQ(api_.lamp["status"]["values"], "power=ON");
  std::vector<int> steps;
  for (const auto& event : trace_.after(0, "default/lamp"))
    steps.push_back(event.step);
  EXPECT_THAT(steps, ::testing::ElementsAre(7, 8));
  EXPECT_THAT(trace_.after(0, "default/lamp").back().text,
              ::testing::StartsWith("power=ON patched into status.twins (resourceVersion 4"));
}

TEST_F(DeviceControllerTest, ConfirmsOnlyWhenTheApiHasAcceptedAndLosesNothing) {
  api_.refusals = 2;
  controller_->start();
  controller_->node_connected("edge-1", true);
  const auto first = report("ON");
  const auto second = report("OFF");
  ASSERT_TRUE(wait_for([&] { return api_.refusals == 0; }));
  EXPECT_FALSE(confirmed(first));
  ASSERT_TRUE(wait_for([&] { return confirmed(first) && confirmed(second); }));
  EXPECT_EQ(api_.lamp["status"]["values"], "power=OFF");
}

TEST_F(DeviceControllerTest, CoalescesManyReportsIntoFewPatches) {
  controller_->start();
  controller_->node_connected("edge-1", true);
  ASSERT_TRUE(wait_for([&] { return status_of("Synced") == "True"; }));
  const int before = api_.status_patches;
  std::string last;
  for (int i = 0; i < 200; ++i)
    last = report(std::to_string(i));
  ASSERT_TRUE(wait_for([&] { return confirmed(last); }));
  EXPECT_EQ(api_.lamp["status"]["values"], "power=199");
  EXPECT_LT(api_.status_patches - before, 50);
  const auto again = report("199");
  const int patches = api_.status_patches;
  ASSERT_TRUE(wait_for([&] { return confirmed(again); }));
  EXPECT_EQ(api_.status_patches, patches) << "nothing changed";
}

TEST_F(DeviceControllerTest, AnswersAReportOfADeviceThatDoesNotExist) {
  controller_->start();
  controller_->node_connected("edge-1", true);
  const auto id = report("ON", "ghost");
  EXPECT_TRUE(wait_for([&] { return refused(id, 404); }));
}

TEST_F(DeviceControllerTest, KeepsTheNodeAndTheReachabilityOfItsDevices) {
  controller_->start();
  controller_->node_connected("edge-1", true);
  ASSERT_TRUE(wait_for([&] { return !api_.node_patches.empty() && status_of("Reachable") == "True"; }));
  ASSERT_EQ(api_.nodes.size(), 1U);
  EXPECT_EQ(api_.nodes[0]["metadata"]["name"], "edge-1");
  EXPECT_EQ(api_.node_patches.back()["status"]["conditions"][0]["status"], "True");
  ASSERT_TRUE(wait_for([&] { return !api_.lease.is_null(); }));
  EXPECT_EQ(api_.lease["metadata"]["ownerReferences"][0]["uid"], "uid-of-edge-1");
  EXPECT_EQ(api_.lease["spec"]["holderIdentity"], "edge-1");
  controller_->node_disconnected("edge-1");
  ASSERT_TRUE(wait_for([&] { return status_of("Reachable") == "Unknown"; }));
  EXPECT_EQ(condition("Reachable")["reason"], "NodeGone");
  EXPECT_EQ(status_of("Synced"), "False");
  ASSERT_TRUE(
      wait_for([&] { return api_.node_patches.back()["status"]["conditions"][0]["status"] == "Unknown"; }));
  ASSERT_TRUE(wait_for([&] {
    return std::any_of(api_.events.begin(), api_.events.end(),
                       [](const json& event) { return event["reason"] == "NodeGone"; });
  }));
}

TEST_F(DeviceControllerTest, StopsCleanlyInTheMiddleOfEverything) {
  controller_->start();
  controller_->node_connected("edge-1", true);
  report("ON");
  io_.run_for(std::chrono::milliseconds(5));
  controller_.emplace(io_.get_executor(), api_.access(), NodeLink{}, ControllerOptions{}, metrics_, trace_);
  EXPECT_NO_THROW(io_.run_for(std::chrono::milliseconds(20))) << "what was under way finds nobody, and ends";
}

}  // namespace
}  // namespace hearth::controller
