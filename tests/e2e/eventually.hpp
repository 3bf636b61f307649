// SPDX-License-Identifier: Apache-2.0
// Waits for a condition with a deadline; the only place in the tests that lets time pass.
// Thread: the test's.   Errors: false at the deadline.
#pragma once

#include <chrono>
#include <functional>

namespace hearth::e2e {

/// Generous, because two cores may be shared with a compiler; nothing waits longer than the condition takes.
inline constexpr std::chrono::seconds kPatience{60};

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds deadline = kPatience);

}  // namespace hearth::e2e
