// SPDX-License-Identifier: Apache-2.0
#include "cloud/hub/admission_gate.hpp"

#include <algorithm>

namespace hearth::cloudhub {

AdmissionGate::Turn AdmissionGate::enter(Guest guest) {
  if (inside_ < places_) {
    ++inside_;
    return Turn::now;
  }
  if (waiting_.size() >= max_waiting_) return Turn::never;
  waiting_.push_back(guest);
  return Turn::wait;
}

std::optional<AdmissionGate::Guest> AdmissionGate::leave() {
  if (waiting_.empty()) {
    --inside_;
    return std::nullopt;
  }
  const auto next = waiting_.front();
  waiting_.pop_front();
  return next;
}

bool AdmissionGate::forget(Guest guest) {
  const auto place = std::find(waiting_.begin(), waiting_.end(), guest);
  if (place == waiting_.end()) return false;
  waiting_.erase(place);
  return true;
}

}  // namespace hearth::cloudhub
