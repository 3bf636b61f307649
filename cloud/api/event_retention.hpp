// SPDX-License-Identifier: Apache-2.0
// Events are news and go when they are old, as in Kubernetes; without that the store would grow for ever.
// Thread: within a write.   Errors: none.
#pragma once

#include <chrono>
#include <string>

#include "cloud/api/object_store.hpp"
#include "sdk/base/time.hpp"

namespace hearth::api {

/// Kubernetes' own --event-ttl.
inline constexpr std::chrono::hours kEventLifetime{1};
inline constexpr std::size_t kMaxEvents = 2000;  ///< of one namespace

/// Erases what is over, and the oldest beyond the bound less one, so that one more fits.
void drop_old_events(Transaction& transaction, const std::string& ns, WallTime now);

}  // namespace hearth::api
