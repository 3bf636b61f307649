// SPDX-License-Identifier: Apache-2.0
// What a trace event says of the values of an update.
// Thread: plain values.   Errors: none; long texts are cut.
#pragma once

#include <string>

#include "sdk/wire/twin_document.hpp"

namespace hearth::twin {

/// "power=ON, level=7": the actual values; empty if there are none.
std::string actual_text(const wire::TwinMap& entries);

}  // namespace hearth::twin
