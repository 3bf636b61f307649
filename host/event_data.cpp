// SPDX-License-Identifier: Apache-2.0
#include "host/event_data.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "host/eventbus/topic_filter.hpp"

namespace hearth::host {
namespace {

std::filesystem::path file_of(const HostOptions& options) {
  return options.data_dir / "spool.db";
}

spool::EventSpoolOptions spool_options(const HostOptions& options) {
  spool::EventSpoolOptions made;
  made.limits.max_bytes = options.spool_max_bytes;
  made.limits.max_age = options.spool_max_age;
  return made;
}

}  // namespace

EventData::EventData(boost::asio::io_context& io, const HostOptions& options, Send send, Metrics& metrics)
    : io_(io),
      options_(options),
      metrics_(metrics),
      scheduler_(io.get_executor()),
      spool_(scheduler_, spool_options(options), {[this] { return open(); }, std::move(send)}, metrics) {}

void EventData::start() {
  if (std::filesystem::exists(file_of(options_))) spool_.start();
}

bool EventData::takes(const std::string& topic) const {
  return std::any_of(options_.spool_topics.begin(), options_.spool_topics.end(),
                     [&topic](const std::string& filter) { return eventbus::topic_matches(filter, topic); });
}

void EventData::close() {
  storage_.reset();
}

Result<store::Writer*> EventData::open() {
  writer_.reset();
  storage_.reset();
  store::StorageOptions options;
  options.file = file_of(options_);
  options.schema = spool::EventSpool::schema();
  options.reserve_bytes = 0;  // on a full disk the spool is the first to go short
  options.cache_kib = 256;
  options.metrics = &metrics_;
  auto storage = store::Storage::open(std::move(options));
  if (!storage) return std::move(storage).error().within("the spool");
  storage_ = std::move(*storage);
  const auto& problem = storage_->opened().problem;
  if (!problem.empty()) spdlog::warn("spool: {}", problem);
  writer_ = std::make_unique<store::StorageWriter>(*storage_, io_.get_executor());
  return writer_.get();
}

}  // namespace hearth::host
