// SPDX-License-Identifier: Apache-2.0
// What a user's watch of the namespace's devices sees, line by line and unparsed: an observer that parsed every
// event would take from the two cores it shares with what it observes.
// Thread: the io_context's.   Errors: a watch that ends before the program does throws std::runtime_error.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "tests/bench/target.hpp"

namespace hearth::bench {

class DeviceWatch {
 public:
  /// Each event as the server printed it.
  using OnLine = std::function<void(std::string_view line)>;

  /// Begins at once, with an ADDED line for each device there is.
  DeviceWatch(boost::asio::io_context& io, const Target& target, OnLine on_line);
  ~DeviceWatch();
  DeviceWatch(const DeviceWatch&) = delete;
  DeviceWatch& operator=(const DeviceWatch&) = delete;

 private:
  kube::KubeClient client_;
};

/// Calls `found` with the rest of each text that follows `"value":"` and `prefix` in the line, up to its quote.
void find_values(std::string_view line, std::string_view prefix,
                 const std::function<void(std::string_view rest)>& found);

}  // namespace hearth::bench
