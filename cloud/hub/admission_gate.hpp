// SPDX-License-Identifier: Apache-2.0
// How many TLS handshakes may be under way at once. When a fleet comes back in one second, the rest wait their turn in
// the order they came, so that each handshake begun is also soon done, instead of all being slow.
// Thread: plain value, no I/O.   Errors: none.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>

namespace hearth::cloudhub {

class AdmissionGate {
 public:
  using Guest = const void*;
  enum class Turn {
    now,    ///< to be followed by leave()
    wait,   ///< until a leave() names this guest, or forget()
    never,  ///< too many wait already
  };

  AdmissionGate(std::size_t places, std::size_t max_waiting) : places_(places), max_waiting_(max_waiting) {}

  Turn enter(Guest guest);
  /// A place is free again. Whoever is named has it now.
  std::optional<Guest> leave();
  /// Waits no longer. False: it has been named meanwhile, and its place is to be given back by leave().
  bool forget(Guest guest);

  std::size_t inside() const { return inside_; }
  std::size_t waiting() const { return waiting_.size(); }

 private:
  std::size_t places_;
  std::size_t max_waiting_;
  std::size_t inside_ = 0;
  std::deque<Guest> waiting_;
};

}  // namespace hearth::cloudhub
