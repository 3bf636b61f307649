// SPDX-License-Identifier: Apache-2.0
// What one watch sees of a change: whether its selector lets it through, as which event, and in which version.
// Thread: pure functions over what is shared read-only.   Errors: none.
#pragma once

#include <optional>

#include "cloud/api/store/change.hpp"
#include "cloud/api/kinds/resource_type.hpp"
#include "cloud/api/selectors.hpp"

namespace hearth::api {

struct SeenEvent {
  const char* type = "";  ///< ADDED, MODIFIED or DELETED
  ObjectPtr object;       ///< in the watch's version
};

class WatchView {
 public:
  WatchView(const ResourceType& type, const TypeVersion& version, const Selector& selector)
      : type_(type), version_(version), selector_(selector) {}

  /// An object that leaves the selector is DELETED, one that enters is ADDED; nothing: the watch does not see it.
  std::optional<SeenEvent> change(const Change& change) const;
  std::optional<SeenEvent> added(const ObjectPtr& object) const;

 private:
  SeenEvent seen(const char* type, const ObjectPtr& object) const;

  const ResourceType& type_;
  const TypeVersion& version_;
  const Selector& selector_;
};

}  // namespace hearth::api
