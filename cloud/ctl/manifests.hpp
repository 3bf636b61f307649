// SPDX-License-Identifier: Apache-2.0
// Manifests from files, folders and standard input, in the order they are to be applied.
// Thread: reads files.   Errors: all that cannot be read or understood, with file:line:column, beside what can.
#pragma once

#include <iosfwd>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/base/error.hpp"

namespace hearth::ctl {

struct Manifest {
  nlohmann::json object;
  std::string place;  ///< lamp.yaml:3:1
};

struct Manifests {
  std::vector<Manifest> objects;
  std::vector<std::string> errors;  ///< ready to be printed
};

/// `sources`: files, folders (their *.yaml, *.yml, *.json, by name), "-" for `in`.
Manifests read_manifests(const std::vector<std::string>& sources, std::istream& in);
/// The documents of one text; a List stands for its items. Each must have apiVersion, kind and metadata.name.
void read_manifest_text(std::string_view text, const std::string& file, Manifests& into);

/// What others refer to first: namespaces, kinds, device models, the rest, devices; else as they stood.
void sort_for_apply(std::vector<Manifest>& manifests);

}  // namespace hearth::ctl
