// SPDX-License-Identifier: Apache-2.0
// What readers see: all objects as of the last commit, and the last changes, from which older states and the beginnings
// of watches are made.
// Thread: plain value, on the store's strand.   Errors: a version out of reach is 410 or 504.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cloud/api/base/status.hpp"
#include "cloud/api/store/change_window.hpp"

namespace hearth::api {

using Objects = std::map<Key, ObjectPtr>;

/// Everything there is at one version.
struct StoredState {
  std::uint64_t version = 0;
  Objects objects;
};

/// Calls `visit` for each object of one kind, in one namespace or (empty) in all.
template <class Visit>
void visit_objects(const Objects& objects, const std::string& resource, const std::string& ns, Visit visit) {
  for (auto it = objects.lower_bound(Key{resource, ns, {}}); it != objects.end(); ++it) {
    if (it->first.resource != resource || (!ns.empty() && it->first.ns != ns)) return;
    visit(*it);
  }
}

/// Whether a change is of one kind, in one namespace or (empty) in any.
bool concerns(const Change& change, const std::string& resource, const std::string& ns);

struct Snapshot {
  std::uint64_t version = 0;
  std::vector<ObjectPtr> objects;
};

/// Where a watch begins.
struct WatchStart {
  std::uint64_t version = 0;
  std::vector<ObjectPtr> initial;  ///< when asked for: everything there is
  std::vector<ChangePtr> backlog;  ///< what happened since the version asked for
};

class PublishedObjects {
 public:
  void load(Objects objects, std::uint64_t version);
  void publish(const ChangePtr& change);

  const Objects& all() const { return objects_; }
  std::uint64_t version() const { return version_; }
  const ChangeWindow& window() const { return window_; }
  /// Null when there is none.
  ObjectPtr get(const Key& key) const;
  /// The newest state, or that at `version`: 410 when it is too old, 504 when it is not reached yet.
  Answer<Snapshot> list(const std::string& resource, const std::string& ns,
                        std::optional<std::uint64_t> version) const;
  /// From now with all that exists (`after` empty), or with what happened after a version.
  Answer<WatchStart> watch_start(const std::string& resource, const std::string& ns,
                                 std::optional<std::uint64_t> after) const;

 private:
  std::optional<Status> unreachable(std::uint64_t version) const;
  Objects changed_since(const std::string& resource, const std::string& ns, std::uint64_t version) const;

  Objects objects_;
  std::uint64_t version_ = 0;
  ChangeWindow window_;
};

}  // namespace hearth::api
