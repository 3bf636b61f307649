// SPDX-License-Identifier: Apache-2.0
// What one status patch of a device costs the cloud, without network: merge, check, commit, watch event, answer.
// CPU is that of all threads together. The file lies in $TMPDIR.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <ctime>
#include <stdexcept>

#include "cloud/api/api_server.hpp"
#include "sdk/device/crd_documents.hpp"
#include "tests/support/temp_folder.hpp"

namespace {

using namespace hearth;
namespace asio = boost::asio;
using nlohmann::json;

constexpr const char* kDevices = "/apis/devices.kubeedge.io/v1beta1/namespaces/default/devices";
constexpr const char* kModels = "/apis/devices.kubeedge.io/v1beta1/namespaces/default/devicemodels";

json object_of(const char* kind, const std::string& name, json spec) {
  return {{"apiVersion", "devices.kubeedge.io/v1beta1"},
          {"kind", kind},
          {"metadata", {{"name", name}, {"namespace", "default"}}},
          {"spec", std::move(spec)}};
}

/// About 2 KB of JSON once it has a status.
json device_of(const std::string& name) {
  auto properties = json::array();
  for (const auto* property : {"power", "level", "temperature", "mode"}) {
    properties.push_back({{"name", property},
                          {"collectCycle", 1000},
                          {"reportCycle", 1000},
                          {"reportToCloud", true},
                          {"desired", {{"value", "21"}}},
                          {"visitors", {{"protocolName", "virtual"}, {"configData", {{"initial", "20"}}}}}});
  }
  return object_of("Device", name,
                   {{"deviceModelRef", {{"name", "bench"}}},
                    {"nodeName", "edge-1"},
                    {"protocol", {{"protocolName", "virtual"}}},
                    {"properties", std::move(properties)}});
}

json status_of(std::int64_t number) {
  const auto stamp = std::to_string(1'767'225'605'000 + number);
  auto twins = json::array();
  for (const auto* property : {"power", "level", "temperature", "mode"}) {
    const json value = {{"value", std::to_string(number)},
                        {"metadata", {{"timestamp", stamp}, {"type", "string"}}}};
    twins.push_back({{"propertyName", property}, {"reported", value}, {"observedDesired", value}});
  }
  return {{"status", {{"twins", std::move(twins)}}}};
}

/// An API server in a temporary folder, its loop run by the caller.
class Server {
 public:
  Server() {
    api::ApiServerOptions options;
    options.listen = "127.0.0.1:0";
    options.data_dir = folder_.path();
    for (const auto text : device::crd_documents())
      options.crd_documents.emplace_back(text);
    server_ =
        std::make_unique<api::ApiServer>(io_.get_executor(), std::move(options), nullptr, metrics_, trace_);
    if (const auto started = server_->start(); !started) throw std::runtime_error(started.error().text);
    client_ = server_->local(io_.get_executor(), "system:masters");
  }
  ~Server() {
    server_->stop();
    client_->close();
    io_.restart();
    io_.run_for(std::chrono::milliseconds(50));
    client_.reset();
    server_.reset();
  }

  void send(std::string method, std::string target, std::string type, json body) {
    ++waiting_;
    api::LocalApi::Request request{std::move(method), std::move(target), std::move(type),
                                   std::make_shared<json>(std::move(body))};
    asio::co_spawn(io_, client_->call(std::move(request)),
                   [this](const std::exception_ptr& escaped, const api::LocalApi::Reply& reply) {
                     if (escaped || reply.status > 299) ++refused_;
                     --waiting_;
                   });
  }
  void watch() {
    asio::co_spawn(io_,
                   client_->watch(std::string(kDevices) + "?watch=true",
                                  [this](const char*, const api::ObjectPtr&) {
                                    ++seen_;
                                    return true;
                                  }),
                   [](const std::exception_ptr&, const std::optional<api::LocalApi::Reply>&) {});
  }
  void finish() {
    io_.restart();
    while (waiting_ > 0)
      io_.run_one();
  }
  int refused() const { return refused_; }
  std::int64_t seen() const { return seen_; }

 private:
  test::TempFolder folder_;
  asio::io_context io_{1};
  Metrics metrics_;
  Trace trace_;
  std::unique_ptr<api::ApiServer> server_;
  std::shared_ptr<api::LocalApi> client_;
  int waiting_ = 0;
  int refused_ = 0;
  std::int64_t seen_ = 0;
};

double cpu_microseconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

/// Each round patches `range` devices at once and waits for all the answers.
void status_patches(benchmark::State& state) {
  Server server;
  const auto devices = state.range(0);
  const auto model = object_of("DeviceModel", "bench", {{"protocol", "virtual"}});
  server.send("POST", kModels, "application/json", model);
  for (std::int64_t i = 0; i < devices; ++i)
    server.send("POST", kDevices, "application/json", device_of("bench-" + std::to_string(i)));
  server.watch();
  server.finish();
  std::int64_t number = 0;
  const auto before = cpu_microseconds();
  for (auto _ : state) {
    for (std::int64_t i = 0; i < devices; ++i) {
      server.send("PATCH", fmt::format("{}/bench-{}/status", kDevices, i), "application/merge-patch+json",
                  status_of(++number));
    }
    server.finish();
  }
  if (server.refused() > 0 || server.seen() < number) state.SkipWithError("patches were refused or not seen");
  state.SetItemsProcessed(number);
  state.counters["cpu_us/patch"] = (cpu_microseconds() - before) / static_cast<double>(number);
}

BENCHMARK(status_patches)->Arg(1)->Arg(64)->Arg(512)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
