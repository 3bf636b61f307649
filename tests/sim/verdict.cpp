// SPDX-License-Identifier: Apache-2.0
// What must be true once the world has come to rest: what is desired is applied, what the appliances show stands in the
// API, nobody holds what was deleted, and nothing waits anywhere.
#include "tests/sim/world.hpp"

namespace hearth::sim {
namespace {

using nlohmann::json;

std::size_t devices_at(const Ledger& ledger, const std::string& node) {
  std::size_t count = 0;
  for (const auto& [uid, record] : ledger.devices())
    count += !record.deleted && record.node == node ? 1 : 0;
  return count;
}

/// The status of a condition of a Device; empty without one.
std::string condition(const json& object, const std::string& type) {
  const auto conditions = object.value(json::json_pointer("/status/conditions"), json::array());
  for (const auto& each : conditions) {
    if (each.at("type") == type) return each.at("status").get<std::string>();
  }
  return {};
}

}  // namespace

std::string World::mismatch() const {
  if (auto found = mismatch_of_nodes(); !found.empty()) return found;
  for (const auto& [uid, record] : ledger_.devices()) {
    if (record.deleted) continue;
    if (auto found = mismatch_of(record); !found.empty()) return found;
  }
  return {};
}

std::string World::mismatch_of_nodes() const {
  if (cloud_->unacked_bytes() > 0) return "the cloud still waits for acks";
  for (const auto& edge : edges_) {
    if (!edge->is_running()) return fmt::format("{} does not run", edge->name());
    const auto expected = devices_at(ledger_, edge->name());
    if (edge->device_count() != expected)
      return fmt::format("{} has {} devices instead of {}", edge->name(), edge->device_count(), expected);
    // Conditions are not for a stock cloud; they stay owed.
    const auto never_sent = hearth_peers_ ? 0 : static_cast<double>(expected);
    if (edge->pending_reports() > never_sent)
      return fmt::format("{} still owes {} reports", edge->name(), edge->pending_reports());
    if (edge->waiting_jobs() > 0) return fmt::format("{} still has something to store", edge->name());
    if (edge->waiting_bytes() > 0) return fmt::format("{} still has something to publish", edge->name());
  }
  return {};
}

std::string World::mismatch_of(const DeviceRecord& record) const {
  const auto object = api_.find(ApiKind::device, record.name);
  for (const auto& property : user_->properties_of(record.name)) {
    if (auto found = mismatch_of(record, property, *object); !found.empty()) return found;
  }
  if (!hearth_peers_) return {};
  for (const char* type : {"Ready", "Synced", "Reachable"}) {
    const auto status = condition(*object, type);
    if (status != "True") return fmt::format("{}: condition {} is \"{}\"", record.name, type, status);
  }
  return {};
}

std::string World::mismatch_of(const DeviceRecord& record, const PropertySpec& property,
                               const json& object) const {
  const auto& appliance = appliances_.at(record.address);
  const auto& applied = appliance.values.at(property.name);
  const auto* reported = reported_in(object, property.name);
  const auto what = fmt::format("{}.{} of {}", record.name, property.name, record.uid);
  if (!reported || *reported != applied)
    return fmt::format("{}: the appliance shows {}, the API {}", what, applied,
                       reported ? *reported : "nothing");
  const auto wishes = record.wishes.find(property.name);
  if (wishes == record.wishes.end() || appliance.stubborn.contains(property.name)) return {};
  const auto& wish = wishes->second.back();
  if (wish.expires_at || wish.ttl) return {};
  if (applied != wish.canonical)
    return fmt::format("{}: the appliance shows {}, wanted is {}", what, applied, wish.canonical);
  return {};
}

}  // namespace hearth::sim
