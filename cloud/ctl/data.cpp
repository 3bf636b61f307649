// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <ostream>
#include <utility>

#include "cloud/ctl/commands.hpp"
#include "cloud/ctl/data_line.hpp"

namespace hearth::ctl {
namespace {

namespace asio = boost::asio;

constexpr const char* kEventDataPath = "/hearth/v1/eventdata";
/// A stream on which nothing happens is no broken one.
constexpr std::chrono::hours kIdle{24};
constexpr std::chrono::seconds kPatience{30};
constexpr std::chrono::seconds kAskAgain{1};

struct Progress {
  std::optional<std::uint64_t> seen;  ///< where a new stream goes on; nothing before the first one began
  bool away = false;
};

net::HttpRequest request_of(const DataOptions& options, const Progress& progress) {
  net::HttpRequest request;
  request.target = kEventDataPath;
  if (!options.node.empty()) request.target = kube::with_query(request.target, "node", options.node);
  if (!options.topic.empty()) request.target = kube::with_query(request.target, "topic", options.topic);
  if (options.follow) request.target = kube::with_query(request.target, "follow", "true");
  if (progress.seen)
    request.target = kube::with_query(request.target, "after", std::to_string(*progress.seen));
  return request;
}

void show(const Session& session, const DataOptions& options, Progress& progress, std::string_view line) {
  const auto read = read_data_line(line);
  if (read.sequence) progress.seen = read.sequence;
  if (std::exchange(progress.away, false)) session.err << "note: the cloud is back\n" << std::flush;
  if (read.text.empty()) return;
  session.out << (options.json ? std::string(line) + "\n" : read.text) << std::flush;
}

/// A cloud that ends a followed stream is stopping.
bool may_be_back(const Result<void>& ended) {
  return ended || ended.error().cls == ErrorClass::unavailable || ended.error().cls == ErrorClass::timeout;
}

void note_away(const Session& session, Progress& progress, const Result<void>& ended) {
  if (std::exchange(progress.away, true) || session.interrupted) return;
  session.err << fmt::format("note: the cloud is away ({}), asked again each second\n",
                             ended ? "it ended the stream" : ended.error().text)
              << std::flush;
}

}  // namespace

asio::awaitable<int> run_data(SessionPtr session, DataOptions options) {
  const auto progress = std::make_shared<Progress>();
  const std::chrono::milliseconds idle = options.follow ? std::chrono::milliseconds(kIdle) : kPatience;
  asio::steady_timer pause(session->executor);
  for (;;) {
    auto request = request_of(options, *progress);
    std::function<bool(std::string_view)> on_line = [session, options, progress](std::string_view line) {
      show(*session, options, *progress, line);
      return true;
    };
    const auto ended = co_await session->client.lines(std::move(request), std::move(on_line), idle);
    if (!options.follow && ended) co_return kExitOk;
    if (!options.follow || !progress->seen || !may_be_back(ended))
      co_return session->fail(
          explain_data_error(ended ? unavailable("Ended", "the stream ended at once") : ended.error()));
    note_away(*session, *progress, ended);
    pause.expires_after(kAskAgain);
    co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

}  // namespace hearth::ctl
