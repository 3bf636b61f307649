// SPDX-License-Identifier: Apache-2.0
// KubeEdge's v1alpha2 through the API: written and read in either version, stored in one.
#include "cloud/converters.hpp"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>

#include "cloud/api/api_server.hpp"
#include "cloud/pki.hpp"
#include "sdk/base/ids.hpp"
#include "sdk/device/crd_documents.hpp"

namespace hearth::cloud {
namespace {

namespace asio = boost::asio;
using nlohmann::json;
using testing::HasSubstr;

const char* const kOldMeter = R"({
  "apiVersion": "devices.kubeedge.io/v1alpha2", "kind": "Device", "metadata": {"name": "meter"},
  "spec": {
    "deviceModelRef": {"name": "meter-model"},
    "nodeSelector": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "", "operator": "In", "values": ["edge-1"]}]}]},
    "protocol": {"modbus": {"slaveID": 1}, "common": {"com": {"serialPort": "/dev/ttyS0", "baudRate": 9600}}},
    "propertyVisitors": [{"propertyName": "power", "collectCycle": 500,
                          "modbus": {"register": "HoldingRegister", "offset": 2, "limit": 1}}]},
  "status": {"twins": [{"propertyName": "power", "desired": {"value": "10"}}]}})";

class V1Alpha2Test : public testing::Test {
 protected:
  V1Alpha2Test() {
    std::filesystem::create_directories(folder_);
    const auto pki = open_pki(folder_, own_names()).value();
    api::ApiServerOptions options;
    options.listen = "127.0.0.1:0";
    options.data_dir = folder_;
    for (const auto text : device::crd_documents())
      options.crd_documents.emplace_back(text);
    options.converters = device_converters();
    const auto tls =
        net::make_server_tls(pki.server, pki.ca.certificate_pem, net::ClientCertificate::requested);
    server_ = std::make_unique<api::ApiServer>(io_.get_executor(), std::move(options), tls.value(), metrics_,
                                               trace_);
    server_->start().value();
    local_ = server_->local(io_.get_executor(), "system:masters");
  }
  ~V1Alpha2Test() override {
    server_->stop();
    io_.run_for(std::chrono::milliseconds(20));
    server_.reset();
    std::filesystem::remove_all(folder_);
  }

  json call(const std::string& method, const std::string& target, json body = nullptr,
            const std::string& content_type = "application/json") {
    api::LocalApi::Request request{method, target, content_type, nullptr};
    if (!body.is_null()) request.body = std::make_shared<json>(std::move(body));
    std::optional<json> answer;
    asio::co_spawn(io_, local_->call(std::move(request)),
                   [&](const std::exception_ptr& escaped, api::LocalApi::Reply reply) {
                     EXPECT_FALSE(escaped);
                     answer = reply.document == nullptr ? json() : reply.document->tree();
                   });
    while (!answer)
      io_.run_one_for(std::chrono::seconds(10));
    return std::move(*answer);
  }

  static std::string path(const std::string& version, const std::string& rest) {
    return "/apis/devices.kubeedge.io/" + version + "/namespaces/default/" + rest;
  }

 private:
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("hearth-v1alpha2-" + new_uuid());
  asio::io_context io_;
  Metrics metrics_;
  Trace trace_;
  std::unique_ptr<api::ApiServer> server_;
  std::shared_ptr<api::LocalApi> local_;
};

TEST_F(V1Alpha2Test, AnOldDeviceIsStoredInTheNewFormAndReadInEither) {
  const auto old = json::parse(kOldMeter);
  const auto made = call("POST", path("v1alpha2", "devices"), old);
  EXPECT_EQ(made["apiVersion"], "devices.kubeedge.io/v1alpha2") << made;
  EXPECT_EQ(made["spec"], old["spec"]);
  EXPECT_EQ(made["status"], old["status"]);

  const auto now = call("GET", path("v1beta1", "devices/meter"));
  EXPECT_EQ(now["spec"]["nodeName"], "edge-1");
  EXPECT_EQ(now["spec"]["protocol"]["configData"]["serialPort"], "/dev/ttyS0");
  EXPECT_EQ(now["spec"]["properties"][0]["desired"]["value"], "10");
  EXPECT_EQ(call("GET", path("v1alpha2", "devices/meter"))["spec"], old["spec"]);
  EXPECT_EQ(call("GET", path("v1alpha2", "devices"))["items"][0]["spec"], old["spec"]);
}

TEST_F(V1Alpha2Test, APatchIsOfTheVersionItWasSentTo) {
  call("POST", path("v1alpha2", "devices"), json::parse(kOldMeter));
  const json patch = {{"spec", {{"protocol", {{"modbus", {{"slaveID", 7}}}}}}}};
  const auto patched =
      call("PATCH", path("v1alpha2", "devices/meter"), patch, "application/merge-patch+json");
  EXPECT_EQ(patched["spec"]["protocol"]["modbus"]["slaveID"], 7) << patched;
  const auto now = call("GET", path("v1beta1", "devices/meter"));
  EXPECT_EQ(now["spec"]["protocol"]["configData"]["slaveID"], 7);
  EXPECT_EQ(now["metadata"]["generation"], 2);
}

TEST_F(V1Alpha2Test, AFieldOfTheOtherVersionIsUnknown) {
  auto old = json::parse(kOldMeter);
  old["spec"]["nodeName"] = "edge-1";
  const auto refused = call("POST", path("v1alpha2", "devices?fieldValidation=Strict"), old);
  EXPECT_THAT(refused["message"].get<std::string>(), HasSubstr("unknown field \"spec.nodeName\""));
}

TEST_F(V1Alpha2Test, ModelsChangeTheirTypes) {
  const auto old = json::parse(R"({
    "apiVersion": "devices.kubeedge.io/v1alpha2", "kind": "DeviceModel", "metadata": {"name": "m"},
    "spec": {"protocol": "modbus", "properties": [
      {"name": "t", "type": {"int": {"accessMode": "ReadOnly", "minimum": 1, "maximum": 100, "defaultValue": 5}}}]}})");
  EXPECT_EQ(call("POST", path("v1alpha2", "devicemodels"), old)["spec"], old["spec"]);
  const auto now = call("GET", path("v1beta1", "devicemodels/m"));
  EXPECT_EQ(now["spec"]["properties"][0]["type"], "INT");
  EXPECT_EQ(now["spec"]["properties"][0]["maximum"], "100");
  EXPECT_EQ(call("GET", path("v1alpha2", "devicemodels/m"))["spec"], old["spec"]);
}

}  // namespace
}  // namespace hearth::cloud
