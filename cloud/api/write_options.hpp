// SPDX-License-Identifier: Apache-2.0
// What create, replace and patch have in common in their query.
// Thread: pure functions.   Errors: 422 for what no option may be, with Kubernetes' words.
#pragma once

#include <string>

#include "cloud/api/call.hpp"
#include "cloud/api/object_rules.hpp"

namespace hearth::api {

struct WriteOptions {
  bool dry_run = false;
  FieldCheck check = FieldCheck::warn;
  std::string manager;  ///< who writes, as managedFields calls him
  bool force = false;   ///< an apply takes what others own
};

/// `applies`: an apply patch, which must name its manager and alone may be forced.
Answer<WriteOptions> write_options(const Call& call, bool applies = false);

}  // namespace hearth::api
