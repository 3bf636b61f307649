// SPDX-License-Identifier: Apache-2.0
// Committed writes per second, one at a time and many at once: what grouping commits is worth on this disk.
// The file lies in $TMPDIR (default /tmp): on a tmpfs there is no disk to wait for, and the figures say so.
#include <benchmark/benchmark.h>

#include <boost/asio/io_context.hpp>
#include <cmath>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "sdk/store/storage.hpp"
#include "tests/support/temp_folder.hpp"

namespace {

using namespace hearth;
namespace fs = std::filesystem;

std::unique_ptr<store::Storage> open_storage(const fs::path& folder) {
  store::StorageOptions options;
  options.file = folder / "bench.db";
  options.schema = "CREATE TABLE IF NOT EXISTS twin (name TEXT PRIMARY KEY, value TEXT NOT NULL)";
  return store::Storage::open(std::move(options)).value();
}

void write_value(SQLite::Database& database, std::int64_t number) {
  SQLite::Statement statement(database, "INSERT OR REPLACE INTO twin VALUES (?, ?)");
  statement.bind(1, "device-" + std::to_string(number % 1000));
  statement.bind(2, std::to_string(number));
  statement.exec();
}

/// Each round hands over `range` writes and waits until all are committed.
void committed_writes(benchmark::State& state) {
  const test::TempFolder folder;
  const auto storage = open_storage(folder.path());
  boost::asio::io_context io;
  std::int64_t number = 0;
  std::int64_t failed = 0;
  for (auto _ : state) {
    io.restart();
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      storage->write([n = number++](SQLite::Database& database) { write_value(database, n); },
                     io.get_executor(), [&failed](const Result<void>& done) { failed += done ? 0 : 1; });
    }
    io.run();
  }
  if (failed != 0) state.SkipWithError("writes failed");
  state.SetItemsProcessed(number);
  const auto stats = storage->stats();
  state.counters["writes/commit"] = static_cast<double>(number) / static_cast<double>(stats.commits);
  state.counters["bytes/write"] = static_cast<double>(stats.written_bytes) / static_cast<double>(number);
  state.counters["syncs/commit"] = static_cast<double>(stats.syncs) / static_cast<double>(stats.commits);
}

BENCHMARK(committed_writes)->Arg(1)->Arg(16)->Arg(512)->UseRealTime();

/// The console's table, and under it every run against the first.
class RatioReporter : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const auto& run : runs) {
      const auto rate = run.counters.find("items_per_second");
      if (rate != run.counters.end()) rates_.emplace_back(run.benchmark_name(), rate->second.value);
    }
  }
  void Finalize() override {
    for (const auto& [name, rate] : rates_) {
      GetOutputStream() << name << ": " << std::llround(rate) << " writes/s, "
                        << std::llround(rate / rates_.front().second) << " times the first\n";
    }
  }

 private:
  std::vector<std::pair<std::string, double>> rates_;
};

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return 0;
}
