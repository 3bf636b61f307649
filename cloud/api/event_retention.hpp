// SPDX-License-Identifier: Apache-2.0
// Events are news and go when they are old, as in Kubernetes; without that the store would grow for ever.
// Thread: within a write.   Errors: none.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <unordered_map>

#include "cloud/api/store/object_store.hpp"
#include "sdk/base/time.hpp"

namespace hearth::api {

/// Kubernetes' own --event-ttl.
inline constexpr std::chrono::hours kEventLifetime{1};
inline constexpr std::size_t kMaxEvents = 2000;  ///< of one namespace

/// Erases what is over, and the oldest beyond the bound less one, so that one more fits.
void drop_old_events(Transaction& transaction, const std::string& ns, WallTime now);

/// Does that now and then: looking through all Events for each new one would cost more than all other writes.
class EventRetention {
 public:
  static constexpr std::size_t kMakeEvery =
      200;  ///< new Events of a namespace; the bound may be passed by so many
  static constexpr std::chrono::minutes kLookEvery{10};

  /// When an Event tells what another of the last hour has told already, that one is counted up, and it is the answer;
  /// null: the Event is news. Only of Events whose name says nothing: those that recorders make up.
  ObjectPtr count_up(Transaction& transaction, const nlohmann::json& event, WallTime now);

  /// Before an Event is made in the namespace.
  void make_room(Transaction& transaction, const std::string& ns, WallTime now);

 private:
  struct Turn {
    std::size_t made = 0;
    WallTime looked;
  };
  std::map<std::string, Turn> turns_;
  /// Names by what the Events tell; looked up in the store before one is believed.
  std::unordered_map<std::string, std::string> told_;
};

}  // namespace hearth::api
