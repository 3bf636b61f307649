// SPDX-License-Identifier: Apache-2.0
// hearthctl as a whole against the real API server.
#include "cloud/ctl/run.hpp"

#include <gmock/gmock.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <fstream>
#include <sstream>
#include <thread>

#include "cloud/api/api_server.hpp"
#include "cloud/eventdata/event_stream.hpp"
#include "sdk/device/crd_documents.hpp"
#include "tests/support/temp_folder.hpp"

namespace hearth::ctl {
namespace {

namespace asio = boost::asio;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kManifests = R"(
apiVersion: devices.kubeedge.io/v1beta1
kind: Device
metadata: {name: lamp}
spec:
  deviceModelRef: {name: lamp-model}
  nodeName: edge
  properties: [{name: power, desired: {value: OFF}}]
---
apiVersion: devices.kubeedge.io/v1beta1
kind: DeviceModel
metadata: {name: lamp-model}
spec:
  protocol: virtual
  properties: [{name: power, type: STRING, accessMode: ReadWrite}]
)";

struct Ran {
  int status = -1;
  std::string out;
  std::string err;
};

class Hearthctl : public testing::Test {
 protected:
  Hearthctl() {
    ca_ = net::make_ca({"test-ca", {}}, std::chrono::hours(1)).value();
    start_server();
    write_kubeconfig();
  }
  ~Hearthctl() override {
    server_->stop();
    io_.stop();
    thread_.join();
  }

  Ran run(std::vector<std::string> arguments, const std::string& input = "") {
    arguments.insert(arguments.begin(), "hearthctl");
    std::vector<const char*> argv;
    for (const auto& argument : arguments)
      argv.push_back(argument.c_str());
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    const int status =
        ctl::run(static_cast<int>(argv.size()), argv.data(),
                 {in, out, err, (folder_.path() / "kubeconfig").string(), folder_.path(), nullptr});
    return {status, out.str(), err.str()};
  }

  test::TempFolder folder_;
  Trace trace_;
  Metrics metrics_;
  eventdata::EventRing events_{metrics_};

 private:
  void start_server() {
    net::SignOptions options;
    options.usages = {net::Usage::server};
    options.alt_names = {"127.0.0.1"};
    const auto identity = net::make_identity(ca_, {"hearth-api", {}}, options).value();
    auto tls = net::make_server_tls(identity, ca_.certificate_pem, net::ClientCertificate::requested).value();
    api::ApiServerOptions server;
    server.listen = "127.0.0.1:0";
    server.data_dir = folder_.path();
    for (const auto document : device::crd_documents())
      server.crd_documents.emplace_back(document);
    server.pages[eventdata::kEventDataPath] = [this](net::HttpRequest request, net::ResponseWriter& writer) {
      return eventdata::serve_event_data(std::move(request), writer, events_);
    };
    server_ = std::make_unique<api::ApiServer>(io_.get_executor(), server, std::move(tls), metrics_, trace_);
    server_->start().value();
    thread_ = std::thread([this] {
      const auto work = asio::make_work_guard(io_);
      io_.run();
    });
  }

  void write_kubeconfig() {
    net::SignOptions options;
    options.usages = {net::Usage::client};
    const auto identity = net::make_identity(ca_, {"tester", {"system:masters"}}, options).value();
    std::ofstream(folder_.path() / "ca") << ca_.certificate_pem;
    std::ofstream(folder_.path() / "crt") << identity.certificate_pem;
    std::ofstream(folder_.path() / "key") << identity.key_pem;
    std::ofstream(folder_.path() / "kubeconfig")
        << "current-context: t\nclusters: [{name: t, cluster: {server: 'https://127.0.0.1:" << server_->port()
        << "', certificate-authority: ca}}]\nusers: [{name: t, user: {client-certificate: crt, client-key: "
           "key}}]\n"
        << "contexts: [{name: t, context: {cluster: t, user: t}}]\n";
  }

  net::Identity ca_;
  asio::io_context io_;
  std::unique_ptr<api::ApiServer> server_;
  std::thread thread_;
};

TEST_F(Hearthctl, AppliesModelsBeforeDevicesAndAgainWithoutChange) {
  const auto first = run({"apply", "-f", "-"}, kManifests);
  EXPECT_EQ(first.status, 0) << first.err;
  EXPECT_EQ(first.out,
            "devicemodel.devices.kubeedge.io/lamp-model created\ndevice.devices.kubeedge.io/lamp created\n");
  EXPECT_THAT(run({"apply", "-f", "-"}, kManifests).out,
              HasSubstr("device.devices.kubeedge.io/lamp unchanged"));
  std::string moved = kManifests;
  moved.replace(moved.find("nodeName: edge"), 14, "nodeName: attic");
  EXPECT_THAT(run({"apply", "-f", "-"}, moved).out, HasSubstr("device.devices.kubeedge.io/lamp configured"));
  EXPECT_THAT(run({"get", "device", "lamp", "-o", "yaml"}).out, HasSubstr("nodeName: attic"));
}

TEST_F(Hearthctl, TriesEveryDocumentAndPassesTheServersWordsOn) {
  const auto ran =
      run({"apply", "-f", "-"}, std::string(kManifests) +
                                    "---\napiVersion: devices.kubeedge.io/v1beta1\nkind: Device\n"
                                    "metadata: {name: odd}\nspec: {nodeName: edge, colour: red}\n");
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.out, HasSubstr("lamp created"));
  EXPECT_THAT(ran.err, HasSubstr("stdin:"));
  EXPECT_THAT(ran.err, HasSubstr("unknown field \"spec.colour\""));
}

TEST_F(Hearthctl, ShowsWhatThereIs) {
  run({"apply", "-f", "-"}, kManifests);
  EXPECT_THAT(run({"get", "devices"}).out, testing::ContainsRegex("NAME.*\nlamp "));
  EXPECT_EQ(run({"get", "devices", "-o", "name"}).out, "device.devices.kubeedge.io/lamp\n");
  EXPECT_THAT(run({"get", "device/lamp", "-o", "json"}).out, HasSubstr("\"kind\": \"Device\""));
  EXPECT_THAT(run({"get", "device", "pump"}).err, HasSubstr("\"pump\" not found"));
  EXPECT_THAT(run({"get", "devics"}).err, HasSubstr("did you mean \"devices\"?"));
  EXPECT_THAT(run({"get", "devices", "-n", "garden"}).err, HasSubstr("No resources found in garden"));
}

TEST_F(Hearthctl, DeletesByNameAndByFile) {
  run({"apply", "-f", "-"}, kManifests);
  EXPECT_EQ(run({"delete", "device", "lamp"}).out, "device.devices.kubeedge.io \"lamp\" deleted\n");
  EXPECT_EQ(run({"delete", "device", "lamp"}).status, 1);
  EXPECT_EQ(run({"delete", "--ignore-not-found", "-f", "-"}, kManifests).out,
            "devicemodel.devices.kubeedge.io \"lamp-model\" deleted\n");
}

TEST_F(Hearthctl, SetsADesiredValue) {
  run({"apply", "-f", "-"}, kManifests);
  const auto ran = run({"set", "lamp", "power=ON"});
  EXPECT_EQ(ran.out, "lamp: power=ON desired\n") << ran.err;
  EXPECT_THAT(run({"get", "device", "lamp", "-o", "json"}).out, HasSubstr("\"value\": \"ON\""));
  EXPECT_THAT(run({"set", "lamp", "powr=ON"}).err, HasSubstr("did you mean \"power\"?"));
  const auto waited = run({"set", "lamp", "power=OFF", "--wait=1"});
  EXPECT_EQ(waited.status, 1);
  EXPECT_THAT(waited.err, HasSubstr("lamp: power=OFF not reported within 1 s, it reports nothing"));
}

TEST_F(Hearthctl, TracesWhatTheServerRemembers) {
  run({"apply", "-f", "-"}, kManifests);
  for (int step = 1; step <= 8; ++step)
    trace_.add(step, {"default", "lamp"}, "e1", "power=ON");
  const auto last = run({"trace", "lamp", "--last", "--host-url", "http://127.0.0.1:1"});
  EXPECT_EQ(last.status, 0) << last.err;
  EXPECT_THAT(last.out, HasSubstr("API patch"));
  EXPECT_THAT(last.err, HasSubstr("steps 1 to 6 will be missing"));
  EXPECT_EQ(run({"trace", "lamp", "--until-step", "8", "--host-url", "http://127.0.0.1:1"}).status, 0);
  const auto never =
      run({"trace", "lamp", "--until-step", "9", "--timeout", "1", "--host-url", "http://127.0.0.1:1"});
  EXPECT_EQ(never.status, 1);
  EXPECT_THAT(never.err, HasSubstr("missing: 9 (user)"));
}

TEST_F(Hearthctl, ShowsEventDataOfTheNodesAskedFor) {
  events_.add("m1", {0, WallTime{}, "edge-1", "$hw/events/upload/a", "21.5"});
  events_.add("m2", {0, WallTime{}, "edge-2", "$hw/events/upload/b", "22.5"});
  const auto all = run({"data"});
  EXPECT_EQ(all.status, 0) << all.err;
  EXPECT_THAT(all.out, HasSubstr("edge-1  $hw/events/upload/a  21.5\n"));
  EXPECT_THAT(all.out, HasSubstr("22.5"));
  const auto one = run({"data", "--topic", "$hw/events/upload/b", "--json"});
  EXPECT_THAT(one.out, HasSubstr("\"payload\":\"22.5\""));
  EXPECT_THAT(one.out, Not(HasSubstr("21.5")));
}

TEST_F(Hearthctl, SaysWhenItKnowsNoServer) {
  std::filesystem::remove(folder_.path() / "kubeconfig");
  EXPECT_THAT(run({"get", "devices"}).err, HasSubstr("cannot be read"));
}

TEST_F(Hearthctl, MakesATokenOnlyWhereTheAuthorityIs) {
  const auto ran = run({"token", "--data-dir", folder_.path().string()});
  EXPECT_EQ(ran.status, 1);
}

}  // namespace
}  // namespace hearth::ctl
