// SPDX-License-Identifier: Apache-2.0
// The query of list, watch and deletecollection.
// Thread: pure functions.   Errors: what Kubernetes answers to options it refuses.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cloud/api/call.hpp"
#include "cloud/api/continuation.hpp"
#include "cloud/api/media.hpp"
#include "cloud/api/selectors.hpp"

namespace hearth::api {

/// resourceVersion of a get, a list or a watch; none when absent or 0.
Answer<std::optional<std::uint64_t>> asked_version(const Call& call);

struct ListOptions {
  Media media;
  Selector selector;
  IncludeObject include = IncludeObject::metadata;
  std::size_t limit = 0;  ///< 0: all
  std::optional<Continuation> from;
  std::optional<std::uint64_t> version;  ///< as asked_version() has it
  std::string version_match;             ///< "", Exact, NotOlderThan
  bool send_initial_events = false;
  bool bookmarks = false;
  std::optional<std::uint64_t> timeout_seconds;
};
Answer<ListOptions> list_options(const Call& call);

}  // namespace hearth::api
