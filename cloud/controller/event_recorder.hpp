// SPDX-License-Identifier: Apache-2.0
// v1 Events of devices and nodes, as `kubectl describe` shows them: one object per device, reason and message, counted up
// when it happens again. Writes wait in a bounded queue, the newest count of each.
// Thread: plain value, one owner.   Errors: when the queue is full new Events are given up and counted.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "cloud/controller/api_object.hpp"
#include "cloud/controller/controller_options.hpp"
#include "sdk/base/time.hpp"
#include "sdk/wire/condition.hpp"

namespace hearth::controller {

class EventRecorder {
 public:
  static constexpr std::size_t kMaxWaiting = 1024;
  static constexpr std::size_t kMaxRemembered = 4096;

  struct Write {
    std::string ns;
    std::string name;
    bool exists = false;    ///< written before: `count` and `lastTimestamp` are to be patched
    nlohmann::json object;  ///< whole
  };

  explicit EventRecorder(NewId new_id = {}) : new_id_(std::move(new_id)) {}

  /// A condition of the device has changed its status. Waiting for an ack or a first report is no event.
  void transition(const ApiObject& device, const wire::Condition& condition, WallTime now);
  /// Something is wrong with a node; the same reason again is counted up, with its first message.
  void of_node(const std::string& node, const std::string& reason, const std::string& message, WallTime now);
  /// The oldest waiting; to be followed by written().
  std::optional<Write> next();
  /// What became of it; one that could not be written is created anew when it happens again.
  void written(const std::string& name, bool ok);
  /// The API is away: it waits for its turn again.
  void again(const std::string& name);
  bool has_waiting() const { return !waiting_.empty(); }
  std::uint64_t given_up() const { return given_up_; }

 private:
  struct Known {
    std::string ns;
    std::string name;
    bool exists = false;
    bool waiting = false;
    std::string object;  ///< as JSON text: thousands are remembered
  };
  /// By what makes two Events the same.
  using AllKnown = std::map<std::string, Known>;

  std::string event_name(const std::string& device) const;
  bool count_again(const std::string& key, WallTime now);
  void begin(const std::string& key, const std::string& ns, const std::string& name,
             const nlohmann::json& object);
  void enqueue(AllKnown::iterator at);
  AllKnown::iterator remember(const std::string& key, Known known);
  void forget_oldest();

  NewId new_id_;
  AllKnown known_;
  std::deque<AllKnown::iterator> order_;  ///< the oldest first
  std::deque<AllKnown::iterator> waiting_;
  std::map<std::string, AllKnown::iterator> names_;  ///< by Event name
  std::uint64_t given_up_ = 0;
};

}  // namespace hearth::controller
