// SPDX-License-Identifier: Apache-2.0
// The spool of event data as the host runs it: its database, opened when there is something to spool, and its topics.
// Thread: the io_context's.   Errors: told by the spool.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>

#include "host/options.hpp"
#include "host/spool/event_spool.hpp"
#include "sdk/loop/asio_scheduler.hpp"
#include "sdk/store/writer.hpp"

namespace hearth::host {

class EventData {
 public:
  using Send = std::function<bool(wire::HubMessage)>;

  EventData(boost::asio::io_context& io, const HostOptions& options, Send send, Metrics& metrics);

  /// Opens the database if there is one from before.
  void start();
  bool takes(const std::string& topic) const;
  spool::EventSpool& spool() { return spool_; }
  /// For the end of the process: what is queued is stored.
  void close();

 private:
  Result<store::Writer*> open();

  boost::asio::io_context& io_;
  const HostOptions& options_;
  Metrics& metrics_;
  AsioScheduler scheduler_;
  std::unique_ptr<store::Storage> storage_;
  std::unique_ptr<store::StorageWriter> writer_;
  spool::EventSpool spool_;
};

}  // namespace hearth::host
