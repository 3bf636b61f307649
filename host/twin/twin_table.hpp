// SPDX-License-Identifier: Apache-2.0
// The devices of the node and what each is expected to be and was found to be. A change is planned first, whole, and
// then adopted; storing it is the owner's.
// Thread: none, plain values.   Errors: a refused update is an Error of code 400 or 404 with the reason.
#pragma once

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "host/twin/device_map.hpp"
#include "sdk/base/error.hpp"
#include "sdk/base/ids.hpp"
#include "sdk/device/device.hpp"
#include "sdk/wire/twin_document.hpp"

namespace hearth::twin {

/// What became of an expected value whose time is over. It is in no delta and in no answer any more.
enum class Lapse {
  none,        ///< its time is not over, or it has none
  met,         ///< it had been carried out by then
  unmet,       ///< it never was
  unreadable,  ///< its expiry cannot be read, so it is not carried out at all
};

struct Property {
  std::optional<wire::TwinValue> expected;  ///< kept when it lapses: to know it from a new one
  std::optional<wire::TwinValue> actual;
  std::string type = "string";  ///< metadata.type: the model's where the model knows the property
  bool optional = true;         ///< goes from true to false only, as with KubeEdge
  std::uint64_t expected_version = 0;
  std::uint64_t actual_version = 0;
  std::int64_t expires_ms = 0;  ///< of expected, Unix ms; 0 = never
  Lapse lapse = Lapse::none;
  std::uint64_t confirmed = 0;  ///< revision() that the cloud has confirmed; not stored
  /// Grows with each change.
  std::uint64_t revision() const { return expected_version + actual_version; }
  const wire::TwinValue* live_expected() const {
    return expected && lapse == Lapse::none ? &*expected : nullptr;
  }
  bool operator==(const Property&) const = default;
};

using Properties = std::map<std::string, Property>;

struct TwinDevice {
  std::string description;
  std::string state;
  std::string last_online;  ///< RFC 3339; the last time the state was online or ok
  Properties properties;
  bool short_topics =
      false;               ///< somebody speaks of it on topics of the short form, and is to hear of it there
  bool delta_due = false;  ///< a delta waits for its place behind the result
};

/// What an update does to a device, before it is done.
struct TwinChange {
  std::map<std::string, std::optional<Property>>
      properties;                                       ///< new state of what changed; nothing = deleted
  std::map<std::string, wire::DocumentEntry> document;  ///< P6: every key of an update, changed or not
  wire::TwinMap touched;                                ///< P3: the same keys
  bool life_changed = false;        ///< of an expected value: when it ends, or that it has
  std::set<std::string> refreshed;  ///< equal actual values that are old enough to be reported again
  bool empty() const { return properties.empty(); }
  /// The keys that the cloud is to hear of: those changed and not deleted.
  std::set<std::string> reported_keys() const;
};

/// More keys than these are refused, so that no client can fill the disk with names.
inline constexpr std::size_t kMaxProperties = 1024;

wire::TwinEntry to_entry(const Property& property);

/// P1 from the edge. Values must fit the model's type where the model knows the key, else their own
/// metadata.type. Equal values change nothing. Times are `now_ms`, whatever the update says of its own.
struct UpdateRules {
  const device::DeviceModel* model = nullptr;
  std::int64_t now_ms = 0;
  std::chrono::milliseconds refresh =
      std::chrono::milliseconds::max();  ///< an equal value is worth a report after this
};
Result<TwinChange> plan_update(const Properties& held, const wire::TwinMap& update, const UpdateRules& rules);

/// Puts a key's change into `change`, if it is one. `held` null: the key is new; `next` nothing: it goes.
void record(TwinChange& change, const std::string& key, const Property* held, std::optional<Property> next);
const Property* find_property(const Properties& held, const std::string& key);
/// Whether actual and expected agree by the key's type.
bool is_met(const std::string& key, const Property& property, const device::DeviceModel* model);

/// P5 with all differing keys; nothing when actual and expected agree. Values are compared by the model's
/// type: "1.0" and "1" are the same FLOAT. Nothing that has expired by `trusted_ms` is in it.
std::optional<nlohmann::json> make_delta(const Properties& held, const device::DeviceModel* model,
                                         std::int64_t now_ms, std::int64_t trusted_ms);

class TwinTable {
 public:
  const TwinDevice* find(const DeviceId& id) const;
  TwinDevice& add(const DeviceId& id);
  void remove(const DeviceId& id);
  TwinDevice* edit(const DeviceId& id);
  /// `now_ms` is what values get that are equal but told anew.
  void adopt(const DeviceId& id, const TwinChange& change, std::int64_t now_ms);
  const std::map<DeviceId, TwinDevice>& devices() const { return devices_.ordered(); }

 private:
  DeviceMap<TwinDevice> devices_;
};

}  // namespace hearth::twin
