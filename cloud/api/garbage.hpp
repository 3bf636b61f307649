// SPDX-License-Identifier: Apache-2.0
// Garbage collection by metadata.ownerReferences, as Kubernetes does it: which objects are to be looked at, and what
// becomes of each. What is to be done follows from the objects alone, so after a restart it is found again.
// Thread: on the store's strand.   Errors: none; a reference to a kind that is not served leaves an object as it is.
#pragma once

#include <compare>
#include <deque>
#include <set>
#include <string>
#include <vector>

#include "cloud/api/lifecycle.hpp"
#include "cloud/api/owner_index.hpp"

namespace hearth::api {

class Garbage {
 public:
  /// Objects looked at within one write: the writer is not held for longer.
  static constexpr int kBatch = 1000;

  /// At start.
  void load(const Objects& objects);
  void follow(const std::vector<ChangePtr>& changes, const Registry& kinds);

  bool idle() const { return tasks_.empty(); }
  /// Does a batch of what is to be done; `context` is of no kind. When the last batch was not committed it is done again.
  void step(Transaction& transaction, const LifecycleContext& context, bool again);

 private:
  enum class What {
    dependents,  ///< of an owner that has gone
    object,      ///< may have lost its owners
    owner,       ///< dies, and waits for its dependents
  };
  struct Task {
    What what;
    std::string uid;
    Key key;
    Key after = {};  ///< dependents up to this one have been looked at
    auto operator<=>(const Task&) const = default;
  };
  struct Batch {
    Transaction& transaction;
    const LifecycleContext& context;
    int left;
  };
  struct Owners;

  void add(Task task);
  void note_owner_changes(const Change& change, const Registry& kinds);
  void run(Batch& batch, const Task& task);
  void tend_dependents(Batch& batch, const Task& task);
  void tend_owner(Batch& batch, const Task& task);
  void orphan(Batch& batch, const Task& task, std::string_view uid);
  void wait_for_dependents(Batch& batch, const Task& task, std::string_view uid);
  bool blocked(const Batch& batch, const Key& owner, std::string_view uid) const;
  bool has_dependents(const Batch& batch, std::string_view uid) const;
  void release(Batch& batch, const Key& key, const char* finalizer);
  void examine(Batch& batch, const Key& key, std::string_view gone);
  void lose_owners(Batch& batch, const Key& key, const ObjectPtr& object, const Owners& owners);
  void unblock_cycle(Batch& batch, const Key& key, std::string_view uid);
  Owners classify(const Batch& batch, const Key& key, const Object& object, std::string_view gone) const;

  OwnerIndex index_;
  std::deque<Task> tasks_;
  std::set<Task> known_;  ///< those in tasks_
  std::vector<Task> taken_;
};

}  // namespace hearth::api
