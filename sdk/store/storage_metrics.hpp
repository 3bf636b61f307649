// SPDX-License-Identifier: Apache-2.0
// A Storage's figures as metrics, labelled with the name of its file.
// Thread: show() on the storage thread.   Errors: none; without Metrics it shows nothing.
#pragma once

#include <optional>

#include "sdk/store/storage.hpp"

namespace hearth::store {

class StorageMetrics {
 public:
  explicit StorageMetrics(const StorageOptions& options);
  void show(const StorageStats& stats);

 private:
  struct Shown {
    Shown(Metrics& metrics, const Metrics::Labels& labels);
    prometheus::Counter& written;
    prometheus::Counter& syncs;
    prometheus::Counter& commits;
    prometheus::Counter& failed;
    prometheus::Counter& snapshots;
    prometheus::Gauge& queued;
    prometheus::Gauge& healthy;
  };
  std::optional<Shown> shown_;
};

}  // namespace hearth::store
