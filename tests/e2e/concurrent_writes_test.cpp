// SPDX-License-Identifier: Apache-2.0
// Many writers at once: what the cloud has confirmed is there after a power cut, and no update overwrites another.
#include <gmock/gmock.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdlib>
#include <map>
#include <random>
#include <thread>

#include "cloud/kube/kube_client.hpp"
#include "tests/e2e/system.hpp"
#include "tests/support/loop.hpp"

namespace hearth::e2e {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

const auto kDevices = kube::resource_path("devices.kubeedge.io", "v1beta1", "devices", "default");
const auto kMaps = kube::resource_path("", "v1", "configmaps", "default");

/// One connection of the administrator's, for one thread.
class Administrator {
 public:
  explicit Administrator(const std::filesystem::path& kubeconfig)
      : client_(io_.get_executor(), kube::load_kubeconfig(kubeconfig).value(), "e2e") {}

  Result<json> get(std::string path) { return test::run(io_, client_.get(std::move(path))); }
  Result<json> create(std::string path, json object) {
    return test::run(io_, client_.create(std::move(path), std::move(object)));
  }
  Result<json> replace(std::string path, json object) {
    return test::run(io_, client_.replace(std::move(path), std::move(object)));
  }
  Result<json> merge(std::string path, json patch) {
    return test::run(io_, client_.patch(std::move(path), kube::PatchType::merge, std::move(patch)));
  }
  Result<json> remove(std::string path) { return test::run(io_, client_.remove(std::move(path))); }
  Result<kube::KubeClient::List> list(std::string path) {
    return test::run(io_, client_.list(std::move(path)));
  }

 private:
  boost::asio::io_context io_;
  kube::KubeClient client_;
};

std::uint64_t version_of(const json& object) {
  return std::stoull(object.value("/metadata/resourceVersion"_json_pointer, "0"));
}

std::string value_of(const json& object) {
  return object.value("/metadata/annotations/value"_json_pointer, "");
}

json device_of(const std::string& name, const std::string& value) {
  return {{"apiVersion", "devices.kubeedge.io/v1beta1"},
          {"kind", "Device"},
          {"metadata", {{"name", name}, {"annotations", {{"value", value}}}}},
          {"spec", {{"nodeName", "edge-1"}, {"protocol", {{"protocolName", "virtual"}}}}}};
}

json map_of(const std::string& name, const std::string& value) {
  return {{"apiVersion", "v1"},
          {"kind", "ConfigMap"},
          {"metadata", {{"name", name}, {"annotations", {{"value", value}}}}}};
}

/// Creates, changes and deletes objects of its own for as long as it is answered.
class Writer {
 public:
  Writer(const std::filesystem::path& kubeconfig, std::string collection, std::string prefix)
      : administrator_(kubeconfig), collection_(std::move(collection)), prefix_(std::move(prefix)) {}

  void run(std::atomic<int>& confirmed) {
    for (; write_next(); ++confirmed) {
    }
  }

  /// `now` is the collection after the cloud came back.
  void expect_all_in(const std::map<std::string, json>& now) const {
    ASSERT_TRUE(ended_by_);
    EXPECT_EQ(ended_by_->cls, ErrorClass::unavailable) << *ended_by_;
    for (const auto& [name, written] : confirmed_) {
      const auto found = now.find(name);
      const bool there = found != now.end();
      const bool cut_short =
          name == under_way_.name && (there ? value_of(found->second) : "") == under_way_.value;
      if (cut_short) continue;  // it was done, and the power went before it was confirmed
      ASSERT_EQ(there, !written.value.empty()) << name;
      if (!there) continue;
      EXPECT_EQ(value_of(found->second), written.value) << name;
      EXPECT_GE(version_of(found->second), written.version) << name;
    }
  }
  const std::string& collection() const { return collection_; }
  std::uint64_t newest() const { return newest_; }

 private:
  struct Written {
    std::string name;
    std::string value;  ///< empty: deleted
    std::uint64_t version = 0;
  };

  /// Each object is created, changed four times, and every third one deleted.
  bool write_next() {
    constexpr int kWritesEach = 6;
    const int number = step_ / kWritesEach;
    const int turn = step_ % kWritesEach;
    ++step_;
    const bool deletes = turn == kWritesEach - 1;
    if (deletes && number % 3 != 0) return true;
    under_way_ = {prefix_ + std::to_string(number), deletes ? "" : std::to_string(turn), 0};
    const auto answered = send(under_way_, turn == 0);
    if (!answered) {
      ended_by_ = answered.error();
      return false;
    }
    under_way_.version = version_of(*answered);
    newest_ = std::max(newest_, under_way_.version);
    confirmed_[under_way_.name] = under_way_;
    return true;
  }
  Result<json> send(const Written& wanted, bool is_new) {
    const auto path = collection_ + "/" + wanted.name;
    if (wanted.value.empty()) return administrator_.remove(path);
    if (is_new) return administrator_.create(collection_, whole(wanted));
    return administrator_.merge(path, {{"metadata", {{"annotations", {{"value", wanted.value}}}}}});
  }
  json whole(const Written& wanted) const {
    return collection_ == kMaps ? map_of(wanted.name, wanted.value) : device_of(wanted.name, wanted.value);
  }

  Administrator administrator_;
  std::string collection_;
  std::string prefix_;
  int step_ = 0;
  Written under_way_;
  std::optional<Error> ended_by_;
  std::map<std::string, Written> confirmed_;
  std::uint64_t newest_ = 0;
};

class ConcurrentWrites : public SystemTest {
 protected:
  std::filesystem::path kubeconfig() const { return cloud_dir() / "kubeconfig"; }

  /// Writers at work until the cloud is killed, `storm` after the first write was confirmed.
  std::vector<std::unique_ptr<Writer>> write_until_killed(int round, std::chrono::milliseconds storm) {
    std::vector<std::unique_ptr<Writer>> writers;
    for (int i = 0; i < 6; ++i) {
      const auto prefix = "r" + std::to_string(round) + "-w" + std::to_string(i) + "-";
      writers.push_back(std::make_unique<Writer>(kubeconfig(), i % 2 == 0 ? kDevices : kMaps, prefix));
    }
    std::atomic<int> confirmed = 0;
    std::vector<std::thread> threads;
    for (auto& writer : writers)
      threads.emplace_back([&writer, &confirmed] { writer->run(confirmed); });
    EXPECT_TRUE(eventually([&] { return confirmed > 0; }));
    std::this_thread::sleep_for(storm);
    cloud().kill();
    for (auto& thread : threads)
      thread.join();
    confirmed_ += confirmed;
    return writers;
  }

  void expect_nothing_lost(const std::vector<std::unique_ptr<Writer>>& writers, int round) {
    Administrator administrator(kubeconfig());
    std::uint64_t newest = 0;
    std::map<std::string, std::map<std::string, json>> now;
    for (const auto& collection : {kDevices, kMaps}) {
      const auto listed = administrator.list(collection);
      ASSERT_TRUE(listed) << listed.error();
      for (const auto& item : listed->items)
        now[collection][item.value("/metadata/name"_json_pointer, "")] = item;
    }
    for (const auto& writer : writers) {
      ASSERT_NO_FATAL_FAILURE(writer->expect_all_in(now[writer->collection()]));
      newest = std::max(newest, writer->newest());
    }
    auto after = map_of("after-" + std::to_string(round), "x");
    const auto made = administrator.create(kMaps, std::move(after));
    ASSERT_TRUE(made) << made.error();
    EXPECT_GT(version_of(*made), newest) << "versions go on growing";
  }

  int confirmed_ = 0;
};

TEST_F(ConcurrentWrites, ThatWereConfirmedOutliveAKillAtAnyMoment) {
  const int rounds = std::getenv("HEARTH_LONG") != nullptr ? 50 : 8;
  std::mt19937 random(std::random_device{}());
  std::uniform_int_distribution<int> any_time(0, 250);
  ASSERT_NO_FATAL_FAILURE(start_cloud());
  for (int round = 0; round < rounds; ++round) {
    const std::chrono::milliseconds storm(any_time(random));
    SCOPED_TRACE("round " + std::to_string(round) + ", killed after " + std::to_string(storm.count()) +
                 " ms");
    const auto writers = write_until_killed(round, storm);
    ASSERT_NO_FATAL_FAILURE(start_cloud());
    ASSERT_NO_FATAL_FAILURE(expect_nothing_lost(writers, round));
  }
  RecordProperty("confirmed", confirmed_);
}

/// One more in the object's value; false after a conflict.
Result<bool> count_one(Administrator& administrator, const std::string& path) {
  auto read = administrator.get(path);
  if (!read) return read.error();
  (*read)["metadata"]["annotations"]["value"] = std::to_string(std::stoi(value_of(*read)) + 1);
  const auto written = administrator.replace(path, std::move(*read));
  if (written) return true;
  if (written.error().cls == ErrorClass::conflict) return false;
  return written.error();
}

TEST_F(ConcurrentWrites, OfOneDeviceLoseNoneOfTwoHundredUpdates) {
  constexpr int kUpdates = 200;
  ASSERT_NO_FATAL_FAILURE(start_cloud());
  Administrator administrator(kubeconfig());
  ASSERT_TRUE(administrator.create(kDevices, device_of("lamp", "0")));
  const auto lamp = kDevices + "/lamp";
  std::atomic<int> to_do = kUpdates;
  std::atomic<int> conflicts = 0;
  const auto work = [&] {
    Administrator mine(kubeconfig());
    while (to_do-- > 0) {
      auto done = count_one(mine, lamp);
      for (; done && !*done; done = count_one(mine, lamp))
        ++conflicts;
      EXPECT_TRUE(done) << done.error();
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i)
    threads.emplace_back(work);
  for (auto& thread : threads)
    thread.join();
  EXPECT_EQ(value_of(administrator.get(lamp).value()), std::to_string(kUpdates));
  EXPECT_GT(conflicts, 0) << "nothing was tested: no update met another";
}

}  // namespace
}  // namespace hearth::e2e
