// SPDX-License-Identifier: Apache-2.0
// What all devices share; outlives them.
// Thread: the io_context's.   Errors: none of its own.
#pragma once

#include <boost/asio/io_context.hpp>
#include <optional>

#include "host/mapper/bus_pool.hpp"
#include "host/mapper/device_runtime.hpp"

namespace hearth::runtime {

struct Surroundings {
  boost::asio::io_context& io;
  BusPool& buses;
  plugin::Catalogue& catalogue;
  const RuntimeOptions& options;
  const Outputs& outputs;
  Trace& trace;
  const Clock& clock;
  const std::optional<wire::Condition>& broker;  ///< goes with every device's own condition
  prometheus::Counter& reads;
  prometheus::Counter& writes;
  prometheus::Counter& failures;
};

}  // namespace hearth::runtime
