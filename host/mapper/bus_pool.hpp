// SPDX-License-Identifier: Apache-2.0
// One strand of the worker pool for each bus key: calls of a key are serial, keys run in parallel.
// Thread: get() on the io_context thread; what is spawned on a strand runs on the workers.   Errors: none.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <string>
#include <type_traits>
#include <utility>

#include "host/mapper/workers.hpp"

namespace hearth::runtime {

using Bus = boost::asio::strand<Workers::Executor>;

class BusPool {
 public:
  explicit BusPool(Workers& workers) : workers_(workers) {}

  Bus get(const std::string& key) {
    if (const auto known = buses_.find(key); known != buses_.end()) return known->second;
    workers_.grow();
    return buses_.emplace(key, boost::asio::make_strand(workers_.executor())).first->second;
  }

 private:
  Workers& workers_;
  std::map<std::string, Bus> buses_;
};

/// Runs a blocking call on its bus; the coroutine goes on on its own executor with the result.
template <class Call>
boost::asio::awaitable<std::invoke_result_t<Call>> on_bus(Bus bus, Call call) {
  using Answer = std::invoke_result_t<Call>;
  auto body = [](Call inner) -> boost::asio::awaitable<Answer> { co_return inner(); };
  auto work = body(std::move(call));
  co_return co_await boost::asio::co_spawn(bus, std::move(work), boost::asio::use_awaitable);
}

}  // namespace hearth::runtime
