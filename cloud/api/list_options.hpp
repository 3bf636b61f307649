// SPDX-License-Identifier: Apache-2.0
// The query of list, watch and deletecollection, and the token that continues a list.
// Thread: pure functions.   Errors: what Kubernetes answers to options it refuses.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cloud/api/call.hpp"
#include "cloud/api/media.hpp"
#include "cloud/api/selectors.hpp"

namespace hearth::api {

/// Where the next page begins: after this object, in the state at that version (0: the newest).
struct Continuation {
  std::uint64_t version = 0;
  std::string ns;
  std::string name;
};
std::string encode(const Continuation& continuation);
Answer<Continuation> decode_continuation(const std::string& token);

struct ListOptions {
  Media media;
  Selector selector;
  IncludeObject include = IncludeObject::metadata;
  std::size_t limit = 0;  ///< 0: all
  std::optional<Continuation> from;
  std::optional<std::uint64_t> version;  ///< resourceVersion; none when absent or 0
  std::string version_match;             ///< "", Exact, NotOlderThan
  bool send_initial_events = false;
  bool bookmarks = false;
  std::optional<std::uint64_t> timeout_seconds;
};
Answer<ListOptions> list_options(const Call& call);

}  // namespace hearth::api
