// SPDX-License-Identifier: Apache-2.0
// What the user has asked for, what the parts have promised since, and whether they keep it: each event is judged as it
// comes. What must be true in the end is judged in verdict.hpp.
// Thread: one.   Errors: a broken promise is a failure in the journal.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "sdk/device/device.hpp"
#include "sdk/wire/hub_message.hpp"
#include "tests/sim/appliance.hpp"
#include "tests/sim/journal.hpp"
#include "tests/sim/sim_api.hpp"

namespace hearth::sim {

/// One desired value.
struct Wish {
  std::string text;
  std::string canonical;  ///< as a mapper prints it
  std::optional<WallTime> expires_at;
  std::optional<std::chrono::milliseconds> ttl;
};

/// One Device object, from its creation on.
struct DeviceRecord {
  std::string name;
  std::string uid;
  std::string node;
  std::string address;
  bool deleted = false;
  bool moved = false;
  std::map<std::string, std::vector<Wish>> wishes;  ///< by property, the last is the present one
};

class Ledger {
 public:
  Ledger(Timeline& timeline, Journal& journal, const SimApi& api, const Appliances& appliances)
      : timeline_(timeline), journal_(journal), api_(api), appliances_(appliances) {}

  // The user's side.
  DeviceRecord& created(const std::string& name, const std::string& uid);
  DeviceRecord* living(const std::string& name);
  const std::map<std::string, DeviceRecord>& devices() const { return devices_; }

  // The mapper's side.
  void told(const std::string& node, const device::Device& device);
  void writing(const std::string& node, const device::Device& device, const std::string& property,
               const std::string& text);
  void reporting(const std::string& node, const device::Device& device, const std::string& property,
                 const std::string& value, const std::string& event_id);
  std::size_t writes(const std::string& uid, const std::string& property) const;

  // DeviceTwin's side: an answer on MQTT; what its database holds at a start.
  void twin_answered(const std::string& node, const std::string& event_id, bool ok);
  void restored(const std::string& node, const std::map<std::string, device::Device>& held);
  void restored_value(const std::string& node, const std::string& uid, const std::string& property,
                      const std::optional<std::string>& value);

  // The link's side, as the host sees it; and the cloud's answers, as they are given.
  void delivered(const std::string& node, const wire::HubMessage& message);
  void sent(const std::string& node, const wire::HubMessage& message);
  void answered(const wire::HubMessage& message);

  /// When the wish runs out at a node, if it is known.
  std::optional<WallTime> expiry(const std::string& node, const std::string& uid, const std::string& property,
                                 const Wish& wish) const;

 private:
  using Key = std::tuple<std::string, std::string, std::string>;  ///< node, uid, property

  struct Told {
    std::string value;
    std::string event_id;
    bool confirmed = false;
  };
  struct Held {
    std::string uid;
    std::uint64_t version = 0;
    bool maybe_removed = false;  ///< it has been sent something since that may have taken it away
  };
  struct Current {
    std::string text;
    Time since;
  };
  struct Arrival {
    std::string name;
    std::string uid;
    std::uint64_t version = 0;
    bool removal = false;
    nlohmann::json spec;
  };
  struct SentReport {
    std::string device;
    std::string uid;
    std::map<std::string, std::size_t> from;  ///< by property, its place among the values reported
  };

  const Wish* find_wish(const std::string& uid, const std::string& property, const std::string& text) const;
  void check_redundant(const Key& key, const DeviceRecord& record, const Wish& wish);
  void check_superseded(const Key& key, const Wish& wish);
  void acked(const std::string& node, const Arrival& arrival);
  void note_ttls(const std::string& node, const Arrival& arrival);
  void note_report(const std::string& node, const wire::HubMessage& message);
  void check_confirmed(const SentReport& report);

  Timeline& timeline_;
  Journal& journal_;
  const SimApi& api_;
  const Appliances& appliances_;
  std::map<std::string, DeviceRecord> devices_;  ///< by uid
  std::map<std::pair<std::string, std::string>, std::size_t> writes_;
  std::map<Key, std::deque<Told>> told_;  ///< from the last confirmed one on
  std::map<Key, Current> current_;
  std::map<std::pair<std::string, std::string>, std::string> uid_at_;  ///< node, name
  std::map<std::pair<std::string, std::string>, Held> held_;           ///< node, name: what the node acked
  std::map<std::string, std::set<std::string>> buried_;                ///< node: uids whose delete it acked
  std::map<std::tuple<std::string, std::string, std::string, std::string>, WallTime> ttl_ends_;
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> reported_;  ///< uid, property
  std::map<std::string, Arrival> arrivals_;                                           ///< by msg_id
  std::map<std::string, SentReport> sent_;                                            ///< by msg_id
};

/// The reported value of a property in a Device object's status; null if there is none.
const std::string* reported_in(const nlohmann::json& object, const std::string& property);

}  // namespace hearth::sim
