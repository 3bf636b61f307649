// SPDX-License-Identifier: Apache-2.0
// What an operator may count on when links, processes and names misbehave. Short here; HEARTH_LONG=1,
// HEARTH_CHAOS_SECONDS=600 and HEARTH_LOAD_SECONDS=600 make the long runs.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <atomic>
#include <random>
#include <thread>

#include "tests/e2e/fleet.hpp"

namespace hearth::e2e {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

#ifdef NDEBUG
constexpr bool kOptimised = true;
#else
constexpr bool kOptimised = false;
#endif

std::chrono::milliseconds since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
}

class DoneWhen : public FleetTest {
 protected:
  bool all_lamps_report(int count, const std::string& value,
                        std::chrono::milliseconds patience = kPatience) const {
    return eventually(
        [&] {
          auto reported = all_reported();
          for (int i = 0; i < count; ++i) {
            if (reported[{"default", "lamp-" + std::to_string(i)}]["power"] != value) return false;
          }
          return true;
        },
        patience);
  }
};

TEST_F(DoneWhen, FiftyOfflineEditsAreAppliedWithinSecondsEachOnce) {
  constexpr int kLamps = 50;
  ASSERT_NO_FATAL_FAILURE(start_fleet());
  ASSERT_NO_FATAL_FAILURE(apply(lamps(kLamps, "OFF")));
  ASSERT_TRUE(all_lamps_report(kLamps, "OFF"));
  WriteCounter writes(switches());
  proxy().cut();
  ASSERT_NO_FATAL_FAILURE(apply(lamps(kLamps, "HALF")));
  ASSERT_NO_FATAL_FAILURE(apply(lamps(kLamps, "ON")));
  EXPECT_EQ(writes.total(), 0);
  const auto restored = Clock::now();
  proxy().restore();
  ASSERT_TRUE(eventually([&] { return writes.total() >= kLamps; })) << writes.total();
  EXPECT_LT(since(restored), kOptimised ? 5s : 20s);
  ASSERT_TRUE(all_lamps_report(kLamps, "ON"));
  for (int i = 0; i < kLamps; ++i) {
    const auto name = "lamp-" + std::to_string(i);
    EXPECT_EQ(writes.counts()[name], 1) << name;
    EXPECT_EQ(switch_of(name), "ON");
  }
}

TEST_F(DoneWhen, OfAThousandOfflineReportsTheApiShowsTheLast) {
  const DeviceId id{"default", "meter-1"};
  ASSERT_NO_FATAL_FAILURE(start_fleet());
  ASSERT_NO_FATAL_FAILURE(apply_one(meter(id)));
  MqttClient mapper(broker_port(), {"$hw/events/device/+/+/twin/update/result"});
  ASSERT_TRUE(eventually([&] { return report(mapper, id, "0"); }));
  ASSERT_TRUE(shows(id, "0"));
  proxy().cut();
  for (int i = 1; i <= 1000; ++i)
    ASSERT_TRUE(mapper.publish(update_topic(id), update(std::to_string(i), std::to_string(i))));
  ASSERT_TRUE(mapper.hears(
      [](const MqttMessage& message) { return message.json().value("event_id", "") == "1000"; }));
  proxy().restore();
  EXPECT_TRUE(shows(id, "1000")) << reported_by(id);
}

TEST_F(DoneWhen, LinkFlapsWithDesiredEqualToReportedWriteToNoDevice) {
  constexpr int kLamps = 5;
  const int flaps = number_from_environment("HEARTH_LONG", 0) ? 1000 : 15;
  ASSERT_NO_FATAL_FAILURE(start_fleet());
  ASSERT_NO_FATAL_FAILURE(apply(lamps(kLamps, "ON")));
  ASSERT_TRUE(all_lamps_report(kLamps, "ON"));
  WriteCounter writes(switches());
  const auto before = cost_of(host().pid());
  std::mt19937 random(4);
  for (int i = 0; i < flaps; ++i) {
    const auto links = proxy().connections();
    // At any moment of a link's life: while dialling, in TLS, during the reconcile, later.
    const auto bytes = proxy().bytes_down() + random() % 12'000;
    proxy().flap();
    ASSERT_TRUE(eventually([&] { return proxy().connections() > links; })) << "flap " << i;
    eventually([&] { return proxy().bytes_down() > bytes; }, 300ms);
  }
  EXPECT_EQ(writes.total(), 0);
  // And the link does work.
  ASSERT_NO_FATAL_FAILURE(apply_one(lamp("lamp-0", "OFF")));
  ASSERT_NO_FATAL_FAILURE(expect_reported("lamp-0", "power", "OFF"));
  EXPECT_EQ(writes.total(), 1);
  EXPECT_LE(cost_of(host().pid()).descriptors, before.descriptors + 5);
}

TEST_F(DoneWhen, ThirtyDevicesCostTheCloudLittle) {
  constexpr int kMeters = 30;
  ASSERT_NO_FATAL_FAILURE(start_fleet());
  json list = json::array();
  for (int i = 0; i < kMeters; ++i)
    list.push_back(meter({"default", "meter-" + std::to_string(i)}));
  ASSERT_NO_FATAL_FAILURE(apply(list));
  MqttClient mapper(broker_port(), {"$hw/events/device/+/+/twin/update/result"});
  for (int i = 0; i < kMeters; ++i) {
    const DeviceId id{"default", "meter-" + std::to_string(i)};
    ASSERT_TRUE(eventually([&] { return report(mapper, id, "0"); })) << id.str();
  }
  const auto length = std::chrono::seconds(number_from_environment("HEARTH_LOAD_SECONDS", 6));
  const auto before = cost_of(cloud().pid());
  const auto start = Clock::now();
  auto next = start;
  int value = 0;
  while (Clock::now() < start + length) {
    ++value;
    for (int i = 0; i < kMeters; ++i) {
      const DeviceId id{"default", "meter-" + std::to_string(i)};
      ASSERT_TRUE(mapper.publish(update_topic(id), update("n", std::to_string(value))));
    }
    next += 333ms;
    std::this_thread::sleep_until(next);
  }
  const auto share = (cost_of(cloud().pid()).cpu_seconds - before.cpu_seconds) /
                     std::chrono::duration<double>(Clock::now() - start).count();
  RecordProperty("cloud_share_of_a_core_percent", fmt::format("{:.2f}", share * 100));
  EXPECT_LT(share, kOptimised ? 0.05 : 0.5) << "share of one core";
  for (int i = 0; i < kMeters; ++i)
    EXPECT_TRUE(shows({"default", "meter-" + std::to_string(i)}, std::to_string(value)));
}

TEST_F(DoneWhen, NamesThatBreakOthersWork) {
  const std::vector<DeviceId> ids{
      {"dev", "event"},     {"event", "dev"},      {"volume", "twin"},        {"hw", "e"},
      {"device", "device"}, {"e", "update"},       {"default", "membership"}, {"default", "detail"},
      {"node", "node"},     {"membership", "lamp"}};
  ASSERT_NO_FATAL_FAILURE(start_fleet());
  json list = json::array();
  for (const auto& id : ids) {
    if (id.ns != "default") {
      ASSERT_EQ(kubectl({"create", "namespace", id.ns}).status, 0);
      list.push_back(model("meter", id.ns));
    }
    list.push_back(meter(id, "wanted"));
  }
  ASSERT_NO_FATAL_FAILURE(apply(list));
  MqttClient mapper(broker_port(), {"$hw/events/device/#"});
  for (const auto& id : ids) {
    SCOPED_TRACE(id.str());
    ASSERT_TRUE(eventually([&] { return report(mapper, id, "reported"); }));
    EXPECT_TRUE(shows(id, "reported"));
    ASSERT_TRUE(mapper.publish(topic(id, "state/update"), json{{"event_id", "s"}, {"state", "online"}}));
    EXPECT_TRUE(eventually([&] {
      return kubectl({"get", "device", id.name, "-n", id.ns, "-o", "jsonpath={.status.state}"}).out ==
             "online";
    }));
    ASSERT_NO_FATAL_FAILURE(apply_one(meter(id, "now")));
    EXPECT_TRUE(mapper.hears([&](const MqttMessage& message) {
      return message.topic == topic(id, "twin/update/delta") &&
             message.json().value("/delta/value"_json_pointer, "") == "now";
    }));
  }
}

/// Updates at a steady pace, of which is kept what the host has confirmed on the result topic.
class Load {
 public:
  Load(int port, int devices, std::chrono::microseconds pace)
      : client_(port, {"$hw/events/device/+/+/twin/update/result"}),
        confirmed_(static_cast<std::size_t>(devices)),
        pace_(pace) {
    for (auto& value : confirmed_)
      value = 0;
    client_.on_message([this](const MqttMessage& message) { keep(message); });
  }
  ~Load() { stop(); }

  static DeviceId id(std::size_t device) { return {"default", "meter-" + std::to_string(device)}; }
  void start() {
    running_ = true;
    thread_ = std::thread([this] { run(); });
  }
  void stop() {
    running_ = false;
    if (thread_.joinable()) thread_.join();
  }
  int confirmed(std::size_t device) const { return confirmed_[device]; }
  std::size_t devices() const { return confirmed_.size(); }
  int sent() const { return value_; }

 private:
  void run() {
    auto next = Clock::now();
    while (running_) {
      const auto device = static_cast<std::size_t>(value_) % confirmed_.size();
      const auto value = std::to_string(++value_);
      client_.publish("$hw/events/device/" + id(device).str() + "/twin/update",
                      json{{"event_id", value}, {"twin", {{"value", {{"actual", {{"value", value}}}}}}}});
      next = std::max(next + pace_, Clock::now() - 100ms);
      std::this_thread::sleep_until(next);
    }
  }
  void keep(const MqttMessage& message) {
    const auto answer = message.json();
    if (!answer.is_object() || answer.contains("code")) return;
    for (std::size_t device = 0; device < confirmed_.size(); ++device) {
      if (message.topic.find("/" + id(device).str() + "/") == std::string::npos) continue;
      const int value = std::atoi(answer.value("event_id", "0").c_str());
      if (value > confirmed_[device]) confirmed_[device] = value;
    }
  }

  MqttClient client_;
  std::vector<std::atomic<int>> confirmed_;
  std::chrono::microseconds pace_;
  std::atomic<int> value_{0};
  std::atomic<bool> running_{false};
  std::thread thread_;
};

class Chaos : public DoneWhen {
 protected:
  void kill_and_start(unsigned part) {
    switch (part) {
      case 0:
        host().kill();
        return start_host();
      case 1:
        cloud().kill();
        return start_cloud();
      default:
        broker().kill();
        return start_broker();
    }
  }
  /// Whether the API shows for each device what was confirmed for it, or a later value.
  bool nothing_is_lost(const Load& load) const {
    auto reported = all_reported();
    for (std::size_t device = 0; device < load.devices(); ++device) {
      if (std::atoi(reported[Load::id(device)]["value"].c_str()) < load.confirmed(device)) return false;
    }
    return true;
  }
};

TEST_F(Chaos, KilledPartsLoseNoConfirmedValueAndAreSoonBack) {
  constexpr int kDevices = 10;
  static const char* const kParts[] = {"host", "cloud", "broker"};
  const auto length = std::chrono::seconds(number_from_environment("HEARTH_CHAOS_SECONDS", 20));
  const auto seed = static_cast<unsigned>(number_from_environment("HEARTH_CHAOS_SEED", 1));
  ASSERT_NO_FATAL_FAILURE(start_fleet());
  // The cloud's ports stay the same over its restarts; the host dials it directly, as proxies are no part of this.
  json list = json::array();
  for (std::size_t device = 0; device < kDevices; ++device)
    list.push_back(meter(Load::id(device)));
  ASSERT_NO_FATAL_FAILURE(apply(list));
  Load load(broker_port(), kDevices, 5000us);
  std::mt19937 random(seed);
  const auto end = Clock::now() + length;
  unsigned round = 0;
  do {
    load.start();
    std::this_thread::sleep_for(std::chrono::milliseconds(200 + random() % 800));
    const unsigned part = round < 3 ? round : random() % 3;
    SCOPED_TRACE(
        fmt::format("seed {}, round {}: {} killed after {} updates", seed, round, kParts[part], load.sent()));
    ASSERT_NO_FATAL_FAILURE(kill_and_start(part));
    const auto back = Clock::now();
    load.stop();
    ASSERT_TRUE(eventually([&] { return nothing_is_lost(load); }));
    EXPECT_LT(since(back), kOptimised ? 5s : 20s);
    EXPECT_TRUE(host().running() && cloud().running() && broker().running());
    ++round;
  } while (Clock::now() < end);
  int confirmed = 0;
  for (std::size_t device = 0; device < kDevices; ++device)
    confirmed = std::max(confirmed, load.confirmed(device));
  EXPECT_GT(confirmed, 0);
  for (const auto& log : {host().output(), cloud().output()}) {
    for (const char* panic : {"terminate called", "escaped", "AddressSanitizer"})
      EXPECT_EQ(log.find(panic), std::string::npos) << panic;
  }
}

}  // namespace
}  // namespace hearth::e2e
