// SPDX-License-Identifier: Apache-2.0
// What an informer does next and what it tells, without I/O: results of lists and watches in, changes and the
// next step out.
// Thread: plain value.   Errors: objects without a name are passed over and counted.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "cloud/kube/informer.hpp"
#include "sdk/base/backoff.hpp"

namespace hearth::kube {

class InformerState {
 public:
  struct ListAll {};
  struct Watch {
    std::string resource_version;
  };
  struct Wait {
    std::chrono::milliseconds delay;
  };
  using Step = std::variant<ListAll, Watch, Wait>;

  /// In the order to be told: deletes come first.
  struct Changes {
    std::vector<ObjectPtr> deletes;
    std::vector<ObjectPtr> upserts;
    bool synced = false;  ///< the first list is complete with these
  };

  /// `random` gives numbers in [0, 1): the jitter.
  InformerState(std::chrono::milliseconds backoff_min, std::chrono::milliseconds backoff_max,
                std::function<double()> random);

  /// What to do now. A Wait is answered by calling next() again after it.
  Step next();

  Changes listed(ObjectList list);
  void list_failed();
  /// One watch event; BOOKMARKs only move the version on.
  Changes event(WatchEvent event);
  /// A clean end is watched on from the last version; after an error everything is listed again.
  void watch_ended(const Result<void>& result);

  const std::string& resource_version() const { return resource_version_; }
  std::uint64_t ignored() const { return ignored_; }

 private:
  enum class Phase { list, watch };

  Changes upsert(ObjectPtr object);
  Changes remove(ObjectPtr object);
  void fail();

  std::chrono::milliseconds backoff_min_;
  Backoff backoff_;
  std::chrono::milliseconds wait_{0};
  std::function<double()> random_;
  Phase phase_ = Phase::list;
  bool synced_ = false;
  bool progress_ = false;  ///< the present watch has told something
  std::string resource_version_;
  std::map<std::string, ObjectPtr> known_;  ///< by namespace/name
  std::uint64_t ignored_ = 0;
};

}  // namespace hearth::kube
