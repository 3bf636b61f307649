// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/ledger.hpp"

#include <algorithm>

#include "sdk/wire/answer.hpp"
#include "sdk/wire/resource.hpp"

namespace hearth::sim {
namespace {

using nlohmann::json;
using wire::ResourceKind;

// From a change at DeviceTwin to the mapper: through a broker that may just be failing.
constexpr std::chrono::seconds kDeltaTime{2};
// A write that is issued at the last moment, and a clock that is read a little earlier.
constexpr std::chrono::milliseconds kMoment{50};

const json* at(const json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

}  // namespace

const std::string* reported_in(const json& object, const std::string& property) {
  const auto* status = at(object, "status");
  const auto* twins = status ? at(*status, "twins") : nullptr;
  if (!twins) return nullptr;
  for (const auto& twin : *twins) {
    if (twin.at("propertyName") != property) continue;
    const auto* reported = at(twin, "reported");
    const auto* value = reported ? at(*reported, "value") : nullptr;
    return value ? &value->get_ref<const std::string&>() : nullptr;
  }
  return nullptr;
}

DeviceRecord& Ledger::created(const std::string& name, const std::string& uid) {
  auto& record = devices_[uid];
  record.name = name;
  record.uid = uid;
  return record;
}

DeviceRecord* Ledger::living(const std::string& name) {
  for (auto& [uid, record] : devices_) {
    if (record.name == name && !record.deleted) return &record;
  }
  return nullptr;
}

void Ledger::told(const std::string& node, const device::Device& device) {
  const auto& uid = device.meta.uid;
  if (buried_[node].contains(uid))
    journal_.fail("{}: {} of {} is back after its delete", node, device.meta.id.name, uid);
  uid_at_[{node, device.meta.id.name}] = uid;
  for (const auto& property : device.properties) {
    auto& current = current_[{node, uid, property.name}];
    if (!property.desired || current.text == *property.desired) continue;
    current = {*property.desired, timeline_.now()};
  }
}

const Wish* Ledger::find_wish(const std::string& uid, const std::string& property,
                              const std::string& text) const {
  const auto record = devices_.find(uid);
  if (record == devices_.end()) return nullptr;
  const auto wishes = record->second.wishes.find(property);
  if (wishes == record->second.wishes.end()) return nullptr;
  const auto found = std::find_if(wishes->second.rbegin(), wishes->second.rend(), [&](const Wish& wish) {
    return wish.text == text || wish.canonical == text;
  });
  return found == wishes->second.rend() ? nullptr : &*found;
}

void Ledger::writing(const std::string& node, const device::Device& device, const std::string& property,
                     const std::string& text) {
  const auto& uid = device.meta.uid;
  const auto& name = device.meta.id.name;
  const Key key{node, uid, property};
  ++writes_[{uid, property}];
  if (buried_[node].contains(uid)) journal_.fail("{}: {} is written after the delete of {}", node, name, uid);
  const auto* wish = find_wish(uid, property, text);
  if (!wish) return journal_.fail("{}: {}.{}={} was never asked of {}", node, name, property, text, uid);
  const auto end = expiry(node, uid, property, *wish);
  if (end && timeline_.wall() > *end + kMoment) {
    journal_.fail("{}: {}.{}={} is written {} ms after its end", node, name, property, text,
                  std::chrono::duration_cast<std::chrono::milliseconds>(timeline_.wall() - *end).count());
  }
  check_redundant(key, devices_.at(uid), *wish);
  check_superseded(key, *wish);
}

void Ledger::check_redundant(const Key& key, const DeviceRecord& record, const Wish& wish) {
  const auto& [node, uid, property] = key;
  if (record.moved) return;  // two hosts may be at it
  const auto told = told_.find(key);
  if (told == told_.end() || !told->second.back().confirmed) return;
  const auto& values = appliances_.at(record.address).values;
  const auto value = values.find(property);
  if (value == values.end() || value->second != wish.canonical) return;
  if (told->second.back().value != wish.canonical) return;
  journal_.fail("{}: {}.{}={} is written although it was reported so", node, record.name, property,
                wish.text);
}

void Ledger::check_superseded(const Key& key, const Wish& wish) {
  const auto current = current_.find(key);
  if (current == current_.end() || current->second.text == wish.text) return;
  if (timeline_.now() - current->second.since < kDeltaTime) return;
  const auto& [node, uid, property] = key;
  const auto* present = find_wish(uid, property, current->second.text);
  if (present && present->canonical == wish.canonical) return;
  journal_.fail("{}: {} of {}: {} is written, but {} is what is wanted", node, property, uid, wish.text,
                current->second.text);
}

void Ledger::reporting(const std::string& node, const device::Device& device, const std::string& property,
                       const std::string& value, const std::string& event_id) {
  told_[{node, device.meta.uid, property}].push_back({value, event_id});
}

std::size_t Ledger::writes(const std::string& uid, const std::string& property) const {
  const auto found = writes_.find({uid, property});
  return found == writes_.end() ? 0 : found->second;
}

void Ledger::twin_answered(const std::string& node, const std::string& event_id, bool ok) {
  if (!ok) return;
  for (auto& [key, told] : told_) {
    if (std::get<0>(key) != node) continue;
    const auto found = std::find_if(told.begin(), told.end(), [&](const Told& each) {
      return each.event_id == event_id && !each.confirmed;
    });
    if (found == told.end()) continue;
    found->confirmed = true;
    told.erase(told.begin(), found);
  }
}

void Ledger::restored(const std::string& node, const std::map<std::string, device::Device>& held) {
  for (const auto& [key, promise] : held_) {
    if (key.first != node) continue;
    const auto found = held.find(key.second);
    if (found == held.end()) {
      if (!promise.maybe_removed) journal_.fail("{}: {} was acked and is lost", node, key.second);
      continue;
    }
    const auto& meta = found->second.meta;
    if (meta.uid == promise.uid && meta.resource_version < promise.version) {
      journal_.fail("{}: {} was acked at version {} and is at {}", node, key.second, promise.version,
                    meta.resource_version);
    }
  }
}

void Ledger::restored_value(const std::string& node, const std::string& uid, const std::string& property,
                            const std::optional<std::string>& value) {
  const auto found = told_.find({node, uid, property});
  if (found == told_.end() || !found->second.front().confirmed) return;
  const auto& possible = found->second;
  if (value &&
      std::any_of(possible.begin(), possible.end(), [&](const Told& each) { return each.value == *value; }))
    return;
  journal_.fail("{}: {} of {}: {} was confirmed, {} was restored", node, property, uid,
                possible.front().value, value.value_or("nothing"));
}

void Ledger::delivered(const std::string& node, const wire::HubMessage& message) {
  const auto resource = wire::parse_resource(message.route.resource);
  const bool membership =
      resource.kind == ResourceKind::membership || resource.kind == ResourceKind::membership_detail;
  const bool removal = message.route.operation == wire::operation::kDelete;
  if (!membership && resource.kind != ResourceKind::device) return;
  for (auto& [key, held] : held_) {
    const bool this_one = removal && key.second == resource.id.name;
    if (key.first == node && (membership || this_one)) held.maybe_removed = true;
  }
  const auto document = message.document();
  const auto* metadata = document ? at(*document, "metadata") : nullptr;
  const auto* uid = metadata ? at(*metadata, "uid") : nullptr;
  if (membership || !uid) return;
  Arrival arrival{resource.id.name, uid->get<std::string>(), 0, removal, {}};
  arrival.version = std::stoull(metadata->at("resourceVersion").get<std::string>());
  if (const auto* spec = at(*document, "spec")) arrival.spec = *spec;
  arrivals_[message.header.msg_id] = std::move(arrival);
}

void Ledger::sent(const std::string& node, const wire::HubMessage& message) {
  if (message.route.operation == wire::operation::kResponse) {
    const auto arrival = arrivals_.find(message.header.parent_msg_id);
    if (arrival != arrivals_.end()) acked(node, arrival->second);
  } else if (wire::parse_resource(message.route.resource).kind == ResourceKind::twin_edge_updated) {
    note_report(node, message);
  }
}

void Ledger::note_report(const std::string& node, const wire::HubMessage& message) {
  const auto* twin = at(message.content, "twin");
  if (!twin) return;
  const auto name = wire::parse_resource(message.route.resource).id.name;
  SentReport report{name, uid_at_[{node, name}], {}};
  for (const auto& [property, entry] : twin->items()) {
    const auto* actual = at(entry, "actual");
    if (!actual) continue;
    auto& values = reported_[{report.uid, property}];
    const auto& value = actual->at("value").get_ref<const std::string&>();
    if (values.empty() || values.back() != value) values.push_back(value);
    report.from[property] = values.size() - 1;
  }
  sent_[message.header.msg_id] = std::move(report);
}

void Ledger::answered(const wire::HubMessage& message) {
  const auto report = sent_.extract(message.header.parent_msg_id);
  if (report && wire::parse_answer(message.content).ok()) check_confirmed(report.mapped());
}

void Ledger::check_confirmed(const SentReport& report) {
  const auto object = api_.find(ApiKind::device, report.device);
  if (!object || object->at("metadata").at("uid") != report.uid) return;
  for (const auto& [property, from] : report.from) {
    const auto& values = reported_[{report.uid, property}];
    const auto* value = reported_in(*object, property);
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(from);
    if (value && std::find(begin, values.end(), *value) != values.end()) continue;
    journal_.fail("{}.{}={} was confirmed, but the API shows {}", report.device, property, *begin,
                  value ? *value : "nothing");
  }
}

void Ledger::acked(const std::string& node, const Arrival& arrival) {
  const std::pair key{node, arrival.name};
  if (arrival.removal) {
    const auto record = devices_.find(arrival.uid);
    if (record != devices_.end() && record->second.deleted) buried_[node].insert(arrival.uid);
    const auto held = held_.find(key);
    if (held != held_.end() && held->second.uid == arrival.uid) held_.erase(held);
    // A host that gets the device back counts a ttl anew: it has forgotten all of it.
    std::erase_if(ttl_ends_, [&](const auto& end) {
      return std::get<0>(end.first) == node && std::get<1>(end.first) == arrival.uid;
    });
    return;
  }
  auto& held = held_[key];
  if (held.uid != arrival.uid || arrival.version >= held.version)
    held = {arrival.uid, arrival.version, false};
  note_ttls(node, arrival);
}

void Ledger::note_ttls(const std::string& node, const Arrival& arrival) {
  for (const auto& property : arrival.spec.at("properties")) {
    const auto* desired = at(property, "desired");
    if (!desired) continue;
    const auto name = property.at("name").get<std::string>();
    const auto* wish = find_wish(arrival.uid, name, desired->at("value").get<std::string>());
    if (wish && wish->ttl)
      ttl_ends_.try_emplace({node, arrival.uid, name, wish->text}, timeline_.wall() + *wish->ttl);
  }
}

std::optional<WallTime> Ledger::expiry(const std::string& node, const std::string& uid,
                                       const std::string& property, const Wish& wish) const {
  if (wish.expires_at || !wish.ttl) return wish.expires_at;
  const auto found = ttl_ends_.find({node, uid, property, wish.text});
  return found == ttl_ends_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace hearth::sim
