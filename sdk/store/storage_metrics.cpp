// SPDX-License-Identifier: Apache-2.0
#include "sdk/store/storage_metrics.hpp"

namespace hearth::store {
namespace {

/// A counter of ours alone: it may be raised to what the figure is now.
void raise(prometheus::Counter& counter, std::uint64_t to) {
  const double more = static_cast<double>(to) - counter.Value();
  if (more > 0) counter.Increment(more);
}

}  // namespace

StorageMetrics::Shown::Shown(Metrics& metrics, const Metrics::Labels& labels)
    : written(metrics.counter("hearth_storage_written_bytes_total",
                              "Bytes written to the database, its log and its snapshots", labels)),
      syncs(metrics.counter("hearth_storage_syncs_total", "Times the disk was asked to flush", labels)),
      commits(metrics.counter("hearth_storage_commits_total", "Transactions committed", labels)),
      failed(metrics.counter("hearth_storage_failed_jobs_total", "Changes that were not stored", labels)),
      snapshots(metrics.counter("hearth_storage_snapshots_total", "Snapshots made and found good", labels)),
      queued(metrics.gauge("hearth_storage_queued", "Changes that wait to be stored", labels)),
      healthy(metrics.gauge("hearth_storage_healthy", "1 if the last changes could be stored", labels)) {
  healthy.Set(1);
}

StorageMetrics::StorageMetrics(const StorageOptions& options) {
  if (options.metrics != nullptr)
    shown_.emplace(*options.metrics, Metrics::Labels{{"database", options.file.stem()}});
}

void StorageMetrics::show(const StorageStats& stats) {
  if (!shown_) return;
  raise(shown_->written, stats.written_bytes);
  raise(shown_->syncs, stats.syncs);
  raise(shown_->commits, stats.commits);
  raise(shown_->failed, stats.failed_jobs);
  raise(shown_->snapshots, stats.snapshots);
  shown_->queued.Set(static_cast<double>(stats.queued));
  shown_->healthy.Set(stats.health.healthy ? 1 : 0);
}

}  // namespace hearth::store
