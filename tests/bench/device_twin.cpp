// SPDX-License-Identifier: Apache-2.0
// What DeviceTwin costs by itself for each local update, stored and answered, without a broker: time and CPU of both its
// threads, and bytes handed to the disk.
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <boost/asio/io_context.hpp>

#include "host/twin/device_twin.hpp"
#include "sdk/loop/asio_scheduler.hpp"
#include "tests/support/temp_folder.hpp"

namespace {

using namespace hearth;

constexpr int kDevices = 1000;
constexpr int kWindow = 64;

nlohmann::json device_object(int number) {
  const auto name = "lamp-" + std::to_string(number);
  return {{"metadata", {{"name", name}, {"namespace", "default"}, {"uid", name}, {"resourceVersion", "5"}}},
          {"spec",
           {{"deviceModelRef", {{"name", "lamps"}}},
            {"nodeName", "edge-1"},
            {"properties", {{{"name", "power"}, {"desired", {{"value", "ON"}}}}, {{"name", "level"}}}}}}};
}

double cpu_ms() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

/// A DeviceTwin on its own database; a cloud confirms every report if there is a link.
class Bench {
 public:
  explicit Bench(bool link) {
    store::StorageOptions options;
    options.file = folder_.path() / "twin.db";
    options.schema = twin::DeviceTwin::schema();
    options.page_size = 1024;
    storage_ = store::Storage::open(options).value();
    writer_ = std::make_unique<store::StorageWriter>(*storage_, io_.get_executor());
    twin::Outputs outputs{
        [this](const std::string& topic, const std::string&) { answered_ += topic.ends_with("/result"); },
        [this](const wire::HubMessage& message) { return confirm(message); }};
    twin::DeviceTwinOptions twin_options;
    twin_options.node_name = "edge-1";
    twin_ = std::make_unique<twin::DeviceTwin>(scheduler_, *writer_, twin_options, outputs,
                                               twin::DeviceListener{}, metrics_, trace_);
    for (int i = 0; i < kDevices; ++i) {
      const auto object = device_object(i);
      twin_->apply(device::parse_device(object).value(), object);
    }
    if (link) twin_->link_up(true);
    settle();
  }
  ~Bench() {
    twin_.reset();
    storage_.reset();
  }

  /// A window of updates, and their answers.
  void round() {
    const int wanted = answered_ + kWindow;
    for (int i = 0; i < kWindow; ++i) {
      const auto value = std::to_string(++count_);
      twin_->handle_mqtt(
          "$hw/events/device/default/lamp-" + std::to_string(count_ % kDevices) + "/twin/update",
          R"({"event_id":"e)" + value +
              R"(","timestamp":1767225600000,"twin":{"level":{"actual":{"value":")" + value +
              R"(","metadata":{"timestamp":1767225600000}},"metadata":{"type":"int"}}}})",
          "came back from Mosquitto by subscription");
    }
    while (answered_ < wanted)
      io_.run_one();
  }
  std::uint64_t written_bytes() const { return storage_->stats().written_bytes; }

 private:
  bool confirm(const wire::HubMessage& message) {
    scheduler_.post([this, id = message.header.msg_id] {
      wire::HubMessage answer;
      answer.header.parent_msg_id = id;
      answer.route = {"devicecontroller", "twin", "response", "twin"};
      answer.content = "OK";
      twin_->handle_hub(answer);
    });
    return true;
  }
  void settle() {
    bool stored = false;
    twin_->when_stored([&](const Result<void>&) { stored = true; });
    while (!stored)
      io_.run_one();
  }

  test::TempFolder folder_;
  boost::asio::io_context io_{1};
  AsioScheduler scheduler_{io_.get_executor()};
  Metrics metrics_;
  Trace trace_;
  std::unique_ptr<store::Storage> storage_;
  std::unique_ptr<store::StorageWriter> writer_;
  std::unique_ptr<twin::DeviceTwin> twin_;
  int answered_ = 0;
  int count_ = 0;
};

void local_updates(benchmark::State& state) {
  Bench bench(state.range(0) != 0);
  const auto bytes = bench.written_bytes();
  const auto cpu = cpu_ms();
  for (auto unused : state)
    bench.round();
  const auto updates = static_cast<double>(state.iterations()) * kWindow;
  state.SetItemsProcessed(static_cast<std::int64_t>(updates));
  state.counters["cpu_us_per_update"] = (cpu_ms() - cpu) * 1e3 / updates;
  state.counters["disk_bytes_per_update"] = static_cast<double>(bench.written_bytes() - bytes) / updates;
}
BENCHMARK(local_updates)->ArgName("link")->Arg(0)->Arg(1)->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
