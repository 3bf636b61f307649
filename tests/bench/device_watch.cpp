// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/device_watch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <stdexcept>

namespace hearth::bench {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::minutes kLongest{10};

void ended(const std::exception_ptr& escaped, const Result<void>& result) {
  if (escaped) std::rethrow_exception(escaped);
  if (!result && result.error().code == "Closed") return;
  throw std::runtime_error("the watch ended: " +
                           (result ? std::string("by the server") : result.error().text));
}

}  // namespace

DeviceWatch::DeviceWatch(asio::io_context& io, const Target& target, OnLine on_line)
    : client_(make_api_client(io, target)) {
  net::HttpRequest request;
  request.target = kube::with_query(target.path(), "watch", "true");
  std::function<bool(std::string_view)> each = [on_line = std::move(on_line)](std::string_view line) {
    on_line(line);
    return true;
  };
  asio::co_spawn(io, client_.lines(std::move(request), std::move(each), kLongest), ended);
}

DeviceWatch::~DeviceWatch() {
  client_.close();
}

void find_values(std::string_view line, std::string_view prefix,
                 const std::function<void(std::string_view rest)>& found) {
  const std::string start = "\"value\":\"" + std::string(prefix);
  for (auto at = line.find(start); at != line.npos; at = line.find(start, at)) {
    at += start.size();
    const auto end = line.find('"', at);
    if (end != line.npos) found(line.substr(at, end - at));
  }
}

}  // namespace hearth::bench
