// SPDX-License-Identifier: Apache-2.0
// The grammar of label selectors, and what is told of text that does not keep to it: both as Kubernetes has them.
// Thread: plain values.   Errors: text that is no selector gives a 400 Status.
#pragma once

#include <string_view>
#include <vector>

#include "cloud/api/selectors.hpp"

namespace hearth::api {

/// Requirements split by commas; none for an empty text.
Answer<std::vector<LabelRequirement>> parse_labels(std::string_view text);

}  // namespace hearth::api
