// SPDX-License-Identifier: Apache-2.0
// What can be done with a kind: the paths, operations and parameters, before they take the form of a version.
// Thread: pure functions.   Errors: none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cloud/api/openapi/openapi.hpp"

namespace hearth::openapi {

struct Parameter {
  std::string_view name;
  std::string_view type;  ///< string, integer or boolean
  std::string_view description;
};

enum class Body { none, object, patch, delete_options };

struct Operation {
  std::string_view method;  ///< get, post, put, patch or delete
  std::string_view action;  ///< x-kubernetes-action: list, deletecollection, …
  std::string id;
  std::string description;
  std::vector<Parameter> query;
  Body body = Body::none;
  bool returns_object = true;  ///< one object of the kind; otherwise a list or a Status
};

struct PathEntry {
  std::string path;
  std::vector<Parameter> in_path;
  std::vector<Operation> operations;
};

std::vector<PathEntry> paths_of(const OpenApiKind& kind);

/// api/v1 or apis/GROUP/VERSION.
std::string group_version_path(const OpenApiKind& kind);

}  // namespace hearth::openapi
