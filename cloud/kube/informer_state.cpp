// SPDX-License-Identifier: Apache-2.0
#include "cloud/kube/informer_state.hpp"

#include <utility>

namespace hearth::kube {
namespace {

/// Empty for what is no object of the API.
std::string key_of(const Object& object) {
  if (object.name().empty()) return {};
  return std::string(object.ns()).append("/").append(object.name());
}

bool same_uid(const Object& a, const Object& b) {
  return a.uid() == b.uid();
}

bool same_version(const Object& a, const Object& b) {
  return !a.version().empty() && a.version() == b.version();
}

void append(InformerState::Changes& to, InformerState::Changes more) {
  to.deletes.insert(to.deletes.end(), more.deletes.begin(), more.deletes.end());
  to.upserts.insert(to.upserts.end(), more.upserts.begin(), more.upserts.end());
}

}  // namespace

InformerState::InformerState(std::chrono::milliseconds backoff_min, std::chrono::milliseconds backoff_max,
                             std::function<double()> random)
    : backoff_min_(backoff_min), backoff_(backoff_min, backoff_max), random_(std::move(random)) {}

InformerState::Step InformerState::next() {
  if (wait_.count() > 0) return Wait{std::exchange(wait_, std::chrono::milliseconds(0))};
  if (phase_ == Phase::list) return ListAll{};
  progress_ = false;
  return Watch{resource_version_};
}

InformerState::Changes InformerState::listed(ObjectList list) {
  Changes changes;
  auto vanished = std::move(known_);
  known_.clear();
  for (auto& item : list.items) {
    const auto key = key_of(*item);
    if (key.empty()) {
      ++ignored_;
      continue;
    }
    if (auto before = vanished.extract(key)) known_.insert(std::move(before));
    append(changes, upsert(std::move(item)));
  }
  for (auto& [key, object] : vanished)
    changes.deletes.push_back(std::move(object));
  resource_version_ = std::move(list.resource_version);
  phase_ = Phase::watch;
  changes.synced = !std::exchange(synced_, true);
  return changes;
}

void InformerState::list_failed() {
  fail();
}

InformerState::Changes InformerState::event(WatchEvent event) {
  const auto& type = event.type;
  auto object = std::move(event.object);
  if (object == nullptr) {
    ++ignored_;
    return {};
  }
  if (!object->version().empty()) resource_version_ = object->version();
  progress_ = true;
  backoff_.reset();
  if (type == "BOOKMARK") return {};
  const bool present = type == "ADDED" || type == "MODIFIED";
  if (key_of(*object).empty() || (!present && type != "DELETED")) {
    ++ignored_;
    return {};
  }
  return present ? upsert(std::move(object)) : remove(std::move(object));
}

void InformerState::watch_ended(const Result<void>& result) {
  if (!result) return fail();
  // A server that ends every watch at once must not be asked again at once.
  if (!progress_) wait_ = backoff_min_;
}

InformerState::Changes InformerState::upsert(ObjectPtr object) {
  Changes changes;
  auto& known = known_[key_of(*object)];
  if (known && same_version(*known, *object) && same_uid(*known, *object)) return changes;
  if (known && !same_uid(*known, *object)) changes.deletes.push_back(known);
  known = object;
  changes.upserts.push_back(std::move(object));
  return changes;
}

InformerState::Changes InformerState::remove(ObjectPtr object) {
  Changes changes;
  if (known_.erase(key_of(*object)) > 0) changes.deletes.push_back(std::move(object));
  return changes;
}

void InformerState::fail() {
  phase_ = Phase::list;
  wait_ = backoff_.next(random_());
}

}  // namespace hearth::kube
