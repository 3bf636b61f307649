// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/kinds_keeper.hpp"

#include <spdlog/spdlog.h>

#include <charconv>

#include "cloud/api/kinds/definition.hpp"
#include "cloud/api/kinds/definition_status.hpp"

namespace hearth::api {

namespace {

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// Whether the kind is another after the change: conditions alone make no difference.
bool redefines(const Change& change) {
  if (change.deleted || change.previous == nullptr) return true;
  if (change.previous->spec() != change.object->spec()) return true;
  const auto before = change.previous->tree();
  const auto after = change.object->tree();
  return is_established(before) != is_established(after) ||
         before["status"]["acceptedNames"] != after["status"]["acceptedNames"];
}

}  // namespace

KindsKeeper::KindsKeeper(ServedKinds& kinds, ObjectStore& store, std::map<std::string, Converter> converters)
    : kinds_(kinds), store_(store), converters_(std::move(converters)), builtin_(kinds.now()->types()) {}

void KindsKeeper::load(const std::vector<ObjectPtr>& definitions) {
  for (const auto& definition : definitions)
    define(*definition, number(definition->version()));
  publish();
}

void KindsKeeper::follow(const std::vector<ChangePtr>& changes) {
  bool changed = false;
  for (const auto& change : changes) {
    if (change->key.resource != kDefinitions || !redefines(*change)) continue;
    custom_.erase(change->key.name);
    if (!change->deleted) define(*change->object, change->version);
    store_.end_watches(change->key.name);
    changed = true;
  }
  if (changed) publish();
}

void KindsKeeper::define(const Object& definition, std::uint64_t version) {
  const auto tree = definition.tree();
  if (!is_established(tree)) return;
  auto type = custom_type(tree);
  if (!type) {
    spdlog::warn("api: a stored definition is left out: {}", type.error().text);
    return;
  }
  type->defined_at = version;
  const auto resource = type->resource();
  if (const auto converter = converters_.find(resource); converter != converters_.end())
    type->converter = converter->second;
  custom_[resource] = std::make_shared<const ResourceType>(std::move(*type));
}

void KindsKeeper::publish() {
  auto types = builtin_;
  for (const auto& [resource, type] : custom_)
    types.push_back(type);
  kinds_.replace(std::make_shared<const Registry>(std::move(types)));
}

}  // namespace hearth::api
