// SPDX-License-Identifier: Apache-2.0
// The CustomResourceDefinitions of configs/crds, built in: what Device and DeviceModel are, for whoever serves or checks
// them.
// Thread: constants.   Errors: none.
#pragma once

#include <string_view>
#include <vector>

namespace hearth::device {

/// One YAML text per file of configs/crds.
std::vector<std::string_view> crd_documents();

}  // namespace hearth::device
