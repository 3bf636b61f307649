// SPDX-License-Identifier: Apache-2.0
#include <ostream>

#include "cloud/ctl/commands.hpp"
#include "cloud/ctl/data_line.hpp"

namespace hearth::ctl {
namespace {

constexpr const char* kEventDataPath = "/hearth/v1/eventdata";
/// A stream on which nothing happens is no broken one.
constexpr std::chrono::hours kIdle{24};
constexpr std::chrono::seconds kPatience{30};

net::HttpRequest request_of(const DataOptions& options) {
  net::HttpRequest request;
  request.target = kEventDataPath;
  if (!options.node.empty()) request.target = kube::with_query(request.target, "node", options.node);
  if (!options.topic.empty()) request.target = kube::with_query(request.target, "topic", options.topic);
  if (options.follow) request.target = kube::with_query(request.target, "follow", "true");
  return request;
}

}  // namespace

boost::asio::awaitable<int> run_data(SessionPtr session, DataOptions options) {
  std::function<bool(std::string_view)> show = [session, json = options.json](std::string_view line) {
    session->out << (json ? std::string(line) + "\n" : print_data_line(line)) << std::flush;
    return true;
  };
  auto request = request_of(options);
  const std::chrono::milliseconds idle = options.follow ? std::chrono::milliseconds(kIdle) : kPatience;
  const auto ended = co_await session->client.lines(std::move(request), std::move(show), idle);
  if (!ended) co_return session->fail(ended.error());
  co_return kExitOk;
}

}  // namespace hearth::ctl
