// SPDX-License-Identifier: Apache-2.0
#include "cloud/apply/managed_fields.hpp"

#include <algorithm>
#include <tuple>

namespace hearth::apply {
namespace {

using nlohmann::json;

constexpr const char* kFieldsType = "FieldsV1";
constexpr std::size_t kMaxEntries = 256;
constexpr std::size_t kMaxName = 128;

Error bad_entry(std::size_t index, const std::string& text) {
  return invalid("BadFields", "metadata.managedFields[" + std::to_string(index) + "]" + text);
}

std::string text_of(const json& entry, const char* name) {
  const auto found = entry.find(name);
  return found != entry.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Result<Ownership> read_entry(const json& entry, std::size_t index) {
  if (!entry.is_object()) return bad_entry(index, " must be an object");
  Ownership owner;
  owner.manager = {text_of(entry, "manager"), Operation::update, text_of(entry, "apiVersion"),
                   text_of(entry, "subresource")};
  owner.time = text_of(entry, "time");
  const auto operation = text_of(entry, "operation");
  if (operation == "Apply") {
    owner.manager.operation = Operation::apply;
  } else if (operation != "Update") {
    return bad_entry(index, ".operation: Invalid value: \"" + operation + "\": must be `Apply` or `Update`");
  }
  if (owner.manager.name.size() > kMaxName)
    return bad_entry(index, ".manager: Too long: may not be longer than 128");
  if (text_of(entry, "fieldsType") != kFieldsType)
    return bad_entry(index, ".fieldsType: Invalid value: must be `FieldsV1`");
  const auto fields = entry.find("fieldsV1");
  if (fields == entry.end()) return owner;
  auto set = FieldSet::parse(*fields);
  if (!set) return bad_entry(index, ".fieldsV1: " + set.error().text);
  owner.fields = std::move(*set);
  return owner;
}

json entry_of(const Ownership& owner) {
  const auto& manager = owner.manager;
  json entry{{"manager", manager.name},
             {"operation", manager.operation == Operation::apply ? "Apply" : "Update"},
             {"apiVersion", manager.api_version},
             {"fieldsType", kFieldsType},
             {"fieldsV1", owner.fields.to_json()}};
  if (!owner.time.empty()) entry["time"] = owner.time;
  if (!manager.subresource.empty()) entry["subresource"] = manager.subresource;
  return entry;
}

auto order_of(const Ownership& owner) {
  const auto& manager = owner.manager;
  return std::tie(manager.operation, owner.time, manager.name, manager.api_version, manager.subresource);
}

/// Null when there are none.
const json* entries_of(const json& object) {
  const auto metadata = object.find("metadata");
  if (metadata == object.end() || !metadata->is_object()) return nullptr;
  const auto entries = metadata->find("managedFields");
  return entries == metadata->end() || entries->is_null() ? nullptr : &*entries;
}

}  // namespace

bool clears_owners(const json& object) {
  const auto* entries = entries_of(object);
  return entries != nullptr && entries->is_array() && entries->size() == 1 &&
         entries->front() == json::object();
}

Result<Owners> read_owners(const json& object) {
  const auto* entries = entries_of(object);
  if (entries == nullptr || clears_owners(object)) return Owners{};
  if (!entries->is_array() || entries->size() > kMaxEntries)
    return invalid("BadFields", "metadata.managedFields must be a list of at most 256 entries");
  Owners owners;
  for (std::size_t i = 0; i < entries->size(); ++i) {
    auto owner = read_entry((*entries)[i], i);
    if (!owner) return owner.error();
    owners.push_back(std::move(*owner));
  }
  return owners;
}

void write_owners(json& object, const Owners& owners) {
  auto& metadata = object["metadata"];
  if (owners.empty()) {
    if (metadata.is_object()) metadata.erase("managedFields");
    return;
  }
  auto sorted = owners;
  std::sort(sorted.begin(), sorted.end(),
            [](const auto& left, const auto& right) { return order_of(left) < order_of(right); });
  json entries = json::array();
  for (const auto& owner : sorted)
    entries.push_back(entry_of(owner));
  metadata["managedFields"] = std::move(entries);
}

}  // namespace hearth::apply
