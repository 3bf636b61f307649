// SPDX-License-Identifier: Apache-2.0
// Which mapper serves a DeviceModel.
// Thread: none, pure functions.   Errors: MapperMissing, MapperAmbiguous, MapperRefused.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "host/plugin/catalogue.hpp"

namespace hearth::plugin {

/// The host config's table, then a note that lists the model's name, then one that lists "prefix-*" (the
/// longest prefix), then one that lists the protocol. Two at one rank are ambiguous. A refused file is named
/// only if no other serves the model.
Result<CatalogueEntry> choose_mapper(const std::vector<CatalogueEntry>& entries,
                                     const std::string& model_name, const std::string& protocol,
                                     const std::map<std::string, std::string>& mapper_of_model);

}  // namespace hearth::plugin
