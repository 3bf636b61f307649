// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/sim_api.hpp"

#include <fmt/format.h>

#include <charconv>

namespace hearth::sim {
namespace {

using nlohmann::json;

constexpr Duration kTimeout{10'000'000};
constexpr double kAnswerLost = 0.3;

Error away_error() {
  return unavailable("Unavailable", "the API is away");
}

std::uint64_t number(const std::string& text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// The text of a metadata field of a patch, which is a precondition; empty without one.
std::string precondition(const json& body, const char* field) {
  const auto metadata = body.find("metadata");
  if (metadata == body.end()) return {};
  return metadata->value(field, std::string());
}

/// As clients get it.
kube::ObjectPtr shown(const SimApi::Object& object) {
  return object ? kube::Object::of(*object) : nullptr;
}

}  // namespace

SimApi::Object SimApi::find(ApiKind kind, const std::string& name) const {
  const auto found = all(kind).find(name);
  return found == all(kind).end() ? nullptr : found->second;
}

void SimApi::create(ApiKind kind, const std::string& name, json spec) {
  json object{{"apiVersion", "devices.kubeedge.io/v1beta1"},
              {"kind", kind == ApiKind::device ? "Device" : "DeviceModel"},
              {"metadata",
               {{"name", name},
                {"namespace", "default"},
                {"uid", fmt::format("uid-{}", ++last_uid_)},
                {"generation", 1}}},
              {"spec", std::move(spec)}};
  put(kind, name, std::move(object), "ADDED");
}

void SimApi::set_spec(ApiKind kind, const std::string& name, json spec) {
  const auto before = find(kind, name);
  if (!before || before->at("spec") == spec) return;
  json object = *before;
  object["spec"] = std::move(spec);
  object["metadata"]["generation"] = object["metadata"]["generation"].get<int>() + 1;
  put(kind, name, std::move(object), "MODIFIED");
}

void SimApi::remove(ApiKind kind, const std::string& name) {
  const auto before = find(kind, name);
  if (!before) return;
  objects_[index(kind)].erase(name);
  json object = *before;
  object["metadata"]["resourceVersion"] = std::to_string(++version_);
  record(kind, std::make_shared<const json>(std::move(object)), "DELETED");
}

void SimApi::put(ApiKind kind, const std::string& name, json object, const char* type) {
  object["metadata"]["resourceVersion"] = std::to_string(++version_);
  auto shared = std::make_shared<const json>(std::move(object));
  objects_[index(kind)][name] = shared;
  record(kind, std::move(shared), type);
}

void SimApi::record(ApiKind kind, Object object, const char* type) {
  history_.push_back({version_, kind, {type, shown(object)}});
  for (const auto& watch : watches_) {
    if (watch->kind == kind) timeline_.after(delay(), [this, watch] { tell(watch); });
  }
}

void SimApi::list(ApiKind kind, const Life& life, Listed done) {
  if (away_) {
    timeline_.after(
        random_.time(Duration(1'000), kTimeout), [done] { done(away_error()); }, life);
    return;
  }
  kube::ObjectList list;
  for (const auto& [name, object] : all(kind))
    list.items.push_back(shown(object));
  list.resource_version = std::to_string(version_);
  timeline_.after(
      delay(), [done, list = std::move(list)] { done(list); }, life);
}

void SimApi::watch(ApiKind kind, const std::string& version, const Life& life, Watcher watcher) {
  const auto watch = std::make_shared<Watch>(Watch{kind, number(version), std::move(watcher), life});
  std::erase_if(watches_, [](const auto& each) { return each->ended || each->life.expired(); });
  if (away_) return end(watch, away_error());
  if (watch->version < compacted_) return end(watch, Error{ErrorClass::conflict, "Gone", "too old"});
  watches_.push_back(watch);
  timeline_.after(delay(), [this, watch] { tell(watch); });
}

void SimApi::tell(const std::shared_ptr<Watch>& watch) {
  for (const auto& change : history_) {
    if (watch->ended || watch->life.expired()) return;
    if (change.kind != watch->kind || change.version <= watch->version) continue;
    watch->version = change.version;
    watch->watcher.event(change.event);
  }
}

void SimApi::end(const std::shared_ptr<Watch>& watch, const Result<void>& result) {
  if (watch->ended) return;
  watch->ended = true;
  answer(watch->life, delay(), [watch, result] { watch->watcher.ended(result); });
}

void SimApi::patch_status(const std::string& device, const json& body, const Life& life, Patched done) {
  // The client may end meanwhile; what it has sent is worked on all the same.
  timeline_.after(delay(), [this, device, body, client = std::weak_ptr(life), done = std::move(done)] {
    const bool lost = away_ && random_.chance(kAnswerLost);
    if (away_ && !lost) {
      answer(client, random_.time(Duration(0), kTimeout), [done] { done(away_error(), nullptr); });
      return;
    }
    const auto applied = apply_patch(device, body);
    Result<kube::ObjectPtr> result = away_error();
    if (!lost) result = applied ? Result<kube::ObjectPtr>(shown(*applied)) : applied.error();
    const bool conflict = !result && result.error().cls == ErrorClass::conflict;
    const auto fresh = conflict ? shown(find(ApiKind::device, device)) : nullptr;
    answer(client, delay(), [done, result, fresh] { done(result, fresh); });
  });
}

void SimApi::answer(const std::weak_ptr<const bool>& client, Duration delay, Task task) {
  if (const auto life = client.lock()) timeline_.after(delay, std::move(task), life);
}

Result<SimApi::Object> SimApi::apply_patch(const std::string& device, const json& body) {
  const auto before = find(ApiKind::device, device);
  if (!before) return not_found("NotFound", "there is no such device");
  const auto& metadata = before->at("metadata");
  for (const char* field : {"resourceVersion", "uid"}) {
    const auto wanted = precondition(body, field);
    if (!wanted.empty() && wanted != metadata.at(field).get_ref<const std::string&>())
      return Error{ErrorClass::conflict, "Conflict", "the object has been modified"};
  }
  json object = *before;
  object["status"].merge_patch(body.at("status"));
  if (object == *before) return before;
  ++patches_;
  put(ApiKind::device, device, std::move(object), "MODIFIED");
  return find(ApiKind::device, device);
}

void SimApi::set_away(bool away) {
  away_ = away;
  if (!away) return;
  for (const auto& watch : std::exchange(watches_, {}))
    end(watch, away_error());
}

void SimApi::compact() {
  history_.clear();
  compacted_ = version_;
  for (const auto& watch : watches_) {
    if (watch->version < compacted_) end(watch, Error{ErrorClass::conflict, "Gone", "too old"});
  }
}

void SimApi::end_watches() {
  for (const auto& watch : std::exchange(watches_, {}))
    end(watch, {});
}

}  // namespace hearth::sim
