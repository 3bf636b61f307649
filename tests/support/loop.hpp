// SPDX-License-Identifier: Apache-2.0
// For tests: runs an io_context until a condition holds, or a deadline passes.
// Thread: the test's.   Errors: false after the deadline.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

namespace hearth::test {

inline bool run_until(boost::asio::io_context& io, const std::function<bool()>& condition,
                      std::chrono::seconds limit = std::chrono::seconds(10)) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    io.restart();
    io.run_one_for(std::chrono::milliseconds(10));
  }
  return true;
}

/// The result of a coroutine; throws what it throws, or bad_optional_access if it does not end in 10 s.
template <class T>
T run(boost::asio::io_context& io, boost::asio::awaitable<T> work) {
  std::optional<T> result;
  std::exception_ptr escaped;
  bool done = false;
  boost::asio::co_spawn(io, std::move(work), [&](std::exception_ptr error, T value) {
    escaped = error;
    result = std::move(value);
    done = true;
  });
  if (!run_until(io, [&] { return done; })) throw std::bad_optional_access();
  if (escaped) std::rethrow_exception(escaped);
  return std::move(*result);
}

inline bool run(boost::asio::io_context& io, boost::asio::awaitable<void> work) {
  bool done = false;
  boost::asio::co_spawn(io, std::move(work), [&](std::exception_ptr) { done = true; });
  return run_until(io, [&] { return done; });
}

}  // namespace hearth::test
