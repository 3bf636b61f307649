// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/user.hpp"

namespace hearth::sim {
namespace {

using device::PropertyType;
using nlohmann::json;

constexpr const char* kWho = "user";

json& property_in(json& spec, const std::string& name) {
  for (auto& property : spec["properties"]) {
    if (property["name"] == name) return property;
  }
  return spec["properties"].emplace_back(json{{"name", name}});
}

}  // namespace

User::User(Timeline& timeline, Journal& journal, SimApi& api, Ledger& ledger, Appliances& appliances,
           std::vector<std::string> nodes)
    : timeline_(timeline),
      random_(timeline.random().split()),
      journal_(journal),
      api_(api),
      ledger_(ledger),
      appliances_(appliances),
      nodes_(std::move(nodes)) {}

void User::prepare(int models, int devices) {
  constexpr PropertyType kTypes[] = {PropertyType::integer, PropertyType::real, PropertyType::string,
                                     PropertyType::boolean};
  for (int i = 0; i < models; ++i) {
    auto& properties = models_[fmt::format("model-{}", i)];
    const int count = random_.between(1, 3);
    for (int p = 0; p < count; ++p)
      properties.push_back({fmt::format("p{}", p), kTypes[random_.below(4)], p > 0 && random_.chance(0.4)});
  }
  for (int i = 0; i < devices; ++i)
    model_of_[fmt::format("device-{}", i)] =
        fmt::format("model-{}", random_.below(static_cast<std::uint64_t>(models)));
  restore_models();
}

json User::model_spec(const std::string& model) {
  auto properties = json::array();
  for (const auto& property : models_.at(model))
    properties.push_back({{"name", property.name},
                          {"type", device::to_string(property.type)},
                          {"accessMode", property.read_only ? "ReadOnly" : "ReadWrite"}});
  return {{"protocol", "sim"}, {"properties", std::move(properties)}};
}

void User::restore_models() {
  for (const auto& [name, properties] : models_) {
    if (!api_.find(ApiKind::model, name)) api_.create(ApiKind::model, name, model_spec(name));
  }
}

void User::edit_model() {
  const auto name = fmt::format("model-{}", random_.below(models_.size()));
  if (!api_.find(ApiKind::model, name)) return;
  journal_.note(kWho, "edits {}", name);
  auto spec = model_spec(name);
  spec["properties"][0]["unit"] = fmt::format("unit-{}", ++last_value_);
  api_.set_spec(ApiKind::model, name, std::move(spec));
}

void User::delete_model() {
  const auto name = fmt::format("model-{}", random_.below(models_.size()));
  journal_.note(kWho, "deletes {}", name);
  api_.remove(ApiKind::model, name);
  timeline_.after(random_.time(Duration(100'000), Duration(10'000'000)), [this] { restore_models(); });
}

const std::vector<PropertySpec>& User::properties_of(const std::string& device) const {
  return models_.at(model_of_.at(device));
}

std::string User::canonical(PropertyType type, const std::string& text) {
  return device::print_value(device::parse_value(type, text).value());
}

std::string User::new_value(PropertyType type) {
  const auto number = ++last_value_;
  switch (type) {
    case PropertyType::integer:
      return std::to_string(number);
    case PropertyType::single:
    case PropertyType::real:
      return fmt::format("{}.50", number);
    case PropertyType::boolean:
      return std::vector<std::string>{"true", "ON", "1", "false", "off", "0"}[random_.below(6)];
    case PropertyType::string:
    case PropertyType::bytes:
      return fmt::format("v{}", number);
  }
  return {};
}

std::string User::new_appliance(const std::vector<PropertySpec>& properties) {
  auto address = fmt::format("appliance-{}", ++last_address_);
  auto& appliance = appliances_[address];
  for (const auto& property : properties)
    appliance.values[property.name] = canonical(property.type, new_value(property.type));
  appliance.reads_back = random_.chance(0.5);
  appliance.fails = random_.chance(0.3) ? 0.3 : 0;
  if (random_.chance(0.2)) appliance.slowest = Duration(2'000'000);
  if (random_.chance(0.1)) appliance.stubborn.insert(properties.front().name);
  return address;
}

std::string User::pick_device() {
  const auto& all = api_.all(ApiKind::device);
  if (all.empty()) return {};
  return std::next(all.begin(), static_cast<std::ptrdiff_t>(random_.below(all.size())))->first;
}

std::string User::free_name() {
  for (const auto& [name, model] : model_of_) {
    if (!api_.find(ApiKind::device, name)) return name;
  }
  return {};
}

void User::create_device() {
  const auto name = free_name();
  if (!name.empty()) create(name, new_appliance(properties_of(name)));
}

void User::create(const std::string& name, const std::string& address) {
  auto properties = json::array();
  for (const auto& property : properties_of(name))
    properties.push_back({{"name", property.name}, {"collectCycle", 1000 * random_.between(2, 20)}});
  const auto& node = nodes_[random_.below(nodes_.size())];
  api_.create(ApiKind::device, name,
              {{"nodeName", node},
               {"deviceModelRef", {{"name", model_of_.at(name)}}},
               {"protocol", {{"protocolName", "sim"}, {"configData", {{"address", address}}}}},
               {"properties", std::move(properties)}});
  const auto uid = api_.find(ApiKind::device, name)->at("metadata").at("uid").get<std::string>();
  auto& record = ledger_.created(name, uid);
  record.node = node;
  record.address = address;
  journal_.note(kWho, "creates {} {} at {}", name, uid, node);
}

void User::delete_device() {
  const auto name = pick_device();
  if (name.empty()) return;
  journal_.note(kWho, "deletes {}", name);
  ledger_.living(name)->deleted = true;
  api_.remove(ApiKind::device, name);
}

void User::recreate_device() {
  const auto name = pick_device();
  if (name.empty()) return;
  journal_.note(kWho, "deletes {}, to create it again", name);
  auto* old = ledger_.living(name);
  old->deleted = true;
  api_.remove(ApiKind::device, name);
  create(name, random_.chance(0.5) ? old->address : new_appliance(properties_of(name)));
}

void User::move_device() {
  const auto name = pick_device();
  if (name.empty() || nodes_.size() < 2) return;
  auto spec = api_.find(ApiKind::device, name)->at("spec");
  auto* record = ledger_.living(name);
  record->node = record->node == nodes_[0] ? nodes_[1] : nodes_[0];
  record->moved = true;
  journal_.note(kWho, "moves {} to {}", name, record->node);
  spec["nodeName"] = record->node;
  api_.set_spec(ApiKind::device, name, std::move(spec));
}

const PropertySpec* User::pick(const std::string& device, bool read_only) {
  if (device.empty()) return nullptr;
  const auto& properties = properties_of(device);
  const auto& property = properties[random_.below(properties.size())];
  return property.read_only == read_only ? &property : nullptr;
}

void User::wish(const std::string& name, const PropertySpec& property, Wish wish) {
  wish.canonical = canonical(property.type, wish.text);
  auto spec = api_.find(ApiKind::device, name)->at("spec");
  json desired{{"value", wish.text}};
  if (wish.expires_at) desired["metadata"]["expiresAt"] = to_rfc3339(*wish.expires_at);
  if (wish.ttl) desired["metadata"]["ttl"] = fmt::format("{}ms", wish.ttl->count());
  property_in(spec, property.name)["desired"] = std::move(desired);
  journal_.note(kWho, "wants {}.{}={}", name, property.name, wish.text);
  ledger_.living(name)->wishes[property.name].push_back(std::move(wish));
  api_.set_spec(ApiKind::device, name, std::move(spec));
}

void User::patch_desired() {
  const auto name = pick_device();
  if (const auto* property = pick(name, false))
    wish(name, *property, {new_value(property->type), {}, {}, {}});
}

void User::patch_momentary() {
  const auto name = pick_device();
  const auto* property = pick(name, false);
  // A BOOLEAN has too few values to tell one wish from another.
  if (!property || property->type == PropertyType::boolean) return;
  Wish momentary{new_value(property->type), {}, {}, {}};
  const std::chrono::milliseconds life(random_.between(500, 30'000));
  if (random_.chance(0.5)) {
    momentary.ttl = life;
  } else {
    momentary.expires_at = std::chrono::floor<std::chrono::seconds>(timeline_.wall() + life);
  }
  wish(name, *property, std::move(momentary));
}

void User::edit_device() {
  const auto name = pick_device();
  if (name.empty()) return;
  auto spec = api_.find(ApiKind::device, name)->at("spec");
  spec["properties"][0]["collectCycle"] = 1000 * random_.between(2, 20);
  journal_.note(kWho, "edits {}", name);
  api_.set_spec(ApiKind::device, name, std::move(spec));
}

void User::switch_by_hand() {
  const auto name = pick_device();
  const auto* property = pick(name, false);
  if (!property) return;
  const auto value = canonical(property->type, new_value(property->type));
  journal_.note("hand", "{}.{}={}", name, property->name, value);
  appliances_.at(ledger_.living(name)->address).values[property->name] = value;
}

void User::change_sensor() {
  const auto name = pick_device();
  const auto* property = pick(name, true);
  if (!property) return;
  const auto value = canonical(property->type, new_value(property->type));
  journal_.note("sensor", "{}.{}={}", name, property->name, value);
  appliances_.at(ledger_.living(name)->address).values[property->name] = value;
}

void User::settle_appliances() {
  for (auto& [address, appliance] : appliances_) {
    appliance.reachable = true;
    appliance.fails = 0;
  }
}

}  // namespace hearth::sim
