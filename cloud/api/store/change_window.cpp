// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/store/change_window.hpp"

#include <algorithm>

namespace hearth::api {

namespace {

/// The state before is held by nobody else: had there been a state since, that one would be in objects. The state after is
/// either still there or the one before of a later change; a deletion's is its own.
std::size_t bytes_of(const Change& change) {
  std::size_t bytes =
      sizeof(Change) + change.key.resource.size() + change.key.ns.size() + change.key.name.size();
  if (change.previous != nullptr) bytes += sizeof(Object) + change.previous->text().size();
  if (change.deleted && change.object != nullptr) bytes += sizeof(Object) + change.object->text().size();
  return bytes;
}

}  // namespace

void ChangeWindow::begin_after(std::uint64_t version) {
  order_.clear();
  kinds_.clear();
  bytes_ = 0;
  start_ = version;
}

void ChangeWindow::add(const ChangePtr& change) {
  const auto kind = kinds_.try_emplace(change->key.resource).first;
  kind->second.push_back(change);
  order_.push_back({kind, bytes_of(*change)});
  bytes_ += order_.back().bytes;
  while (too_much())
    drop_oldest();
}

bool ChangeWindow::too_much() const {
  if (order_.size() > kMost) return true;
  return bytes_ > (order_.size() > kFew ? kMostBytes : kMostBytesOfFew);
}

void ChangeWindow::drop_oldest() {
  const auto oldest = order_.front();
  order_.pop_front();
  bytes_ -= oldest.bytes;
  auto& changes = oldest.kind->second;
  start_ = changes.front()->version;
  changes.pop_front();
  if (changes.empty()) kinds_.erase(oldest.kind);
}

ChangeWindow::Changes::const_iterator ChangeWindow::first_after(const Changes& changes,
                                                                std::uint64_t version) {
  return std::upper_bound(
      changes.begin(), changes.end(), version,
      [](std::uint64_t wanted, const ChangePtr& change) { return wanted < change->version; });
}

}  // namespace hearth::api
