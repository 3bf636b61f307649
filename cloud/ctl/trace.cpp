// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/system_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <ostream>
#include <set>

#include "cloud/ctl/commands.hpp"
#include "cloud/ctl/set_plan.hpp"
#include "cloud/ctl/trace_merge.hpp"
#include "cloud/kube/json_access.hpp"
#include "cloud/kube/line_splitter.hpp"
#include "cloud/kube/status.hpp"

namespace hearth::ctl {
namespace {

namespace asio = boost::asio;
using nlohmann::json;

constexpr std::chrono::seconds kPause{1};
/// A report whose steps stopped coming for so long is shown as it is.
constexpr std::chrono::seconds kQuiet{2};
constexpr std::chrono::hours kIdle{24};

WallTime now() {
  return std::chrono::system_clock::now();
}

/// Where trace lines come from: the host or the API server.
struct Source {
  std::string name;
  std::string steps;
  kube::KubeClient* client;
};

/// Feeds the merge from host, cloud and its own watch, and prints what comes together.
class Tracing : public std::enable_shared_from_this<Tracing> {
 public:
  Tracing(SessionPtr session, TraceOptions options, ObjectName device, net::Url host)
      : session_(std::move(session)),
        options_(std::move(options)),
        device_(std::move(device)),
        host_(session_->executor, kube::Access{std::move(host), "", {}, "", {}, ""}, kUserAgent),
        cloud_(session_->executor, session_->access, kUserAgent),
        watch_(session_->executor, session_->access, kUserAgent),
        wake_(session_->executor) {}

  asio::awaitable<int> run() {
    const bool follows = options_.follow || options_.only_new || options_.until_step > 0;
    co_await history();
    auto device = co_await watch_.get(device_path(device_.ns, device_.name));
    if (!device) co_return session_->fail(device.error());
    take_device(*device);
    if (options_.only_new) merge_.forget();
    if (!follows) co_return print_history();
    if (options_.last) merge_.forget_older();
    const int status = co_await follow(kube::version_of(*device));
    co_return status;
  }

 private:
  struct StopGuard {
    Tracing* tracing;
    ~StopGuard() {
      tracing->stopped_ = true;
      tracing->host_.close();
      tracing->cloud_.close();
      tracing->watch_.close();
      for (auto* timer : tracing->pauses_)
        timer->cancel();
    }
  };

  std::string label() const { return device_.ns + "/" + device_.name; }

  net::HttpRequest trace_request(bool follow) const {
    net::HttpRequest request;
    request.target = kube::with_query("/trace", "device", label());
    request.target = kube::with_query(std::move(request.target), "after", "0");
    if (follow) request.target = kube::with_query(std::move(request.target), "follow", "true");
    return request;
  }

  Source host_source() { return {"the host at " + options_.host_url, "1 to 6", &host_}; }
  Source cloud_source() { return {"the API server", "7 and 8", &cloud_}; }

  /// Once a source: it is asked again and again while following.
  void report(const Source& source, const Error& error) {
    if (!noted_.insert(source.name).second) return;
    session_->err << fmt::format("note: {} shows no trace, steps {} will be missing: {}\n", source.name,
                                 source.steps, error.text)
                  << std::flush;
  }

  asio::awaitable<void> fetch(Source source) {
    auto request = trace_request(false);
    const auto response = co_await source.client->raw(std::move(request));
    if (!response) {
      report(source, response.error());
      co_return;
    }
    if (response->status != 200) {
      report(source, kube::status_error(response->status, response->body));
      co_return;
    }
    kube::LineSplitter splitter;
    const auto lines = splitter.feed(response->body + "\n");
    if (!lines) co_return;
    for (const auto& line : *lines)
      merge_.add_line(line, now());
  }

  asio::awaitable<void> history() {
    co_await fetch(host_source());
    co_await fetch(cloud_source());
  }

  void show(const Chain& chain) { session_->out << print_chain(chain, label()) << std::flush; }

  int print_history() {
    const auto* newest = merge_.newest();
    if (newest == nullptr) {
      return session_->fail(not_found("NoTrace", fmt::format("nothing was reported by {} of late", label())));
    }
    if (options_.last) {
      show(*newest);
      return kExitOk;
    }
    for (const auto& chain : merge_.take_quiet(WallTime::max()))
      show(chain);
    return kExitOk;
  }

  asio::awaitable<int> follow(std::string version) {
    const StopGuard guard{this};
    spawn(feed(shared_from_this(), host_source()));
    spawn(feed(shared_from_this(), cloud_source()));
    spawn(watch(shared_from_this(), std::move(version)));
    // Whoever starts this to see what comes of his next command can tell that it will not be missed.
    if (options_.only_new) session_->err << "waiting for the next report of " << label() << '\n' << std::flush;
    const auto deadline = now() + options_.timeout;
    while (true) {
      if (print_news()) co_return kExitOk;
      if (options_.until_step > 0 && now() >= deadline) co_return session_->fail(incomplete());
      wake_.expires_at(next_look(deadline));
      co_await wake_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
  }

  /// True when what was waited for has come.
  bool print_news() {
    const int wanted = options_.until_step > 0 ? options_.until_step : kLastStep;
    const auto complete = merge_.take_complete(wanted);
    if (options_.until_step > 0) {
      // Of several, the newest: it is the one that was waited for.
      if (!complete.empty()) show(complete.back());
      return !complete.empty();
    }
    for (const auto& chain : complete)
      show(chain);
    for (const auto& chain : merge_.take_quiet(now() - kQuiet))
      show(chain);
    return false;
  }

  WallTime next_look(WallTime deadline) const {
    if (options_.until_step > 0) return deadline;
    const auto waiting = merge_.oldest_waiting();
    return waiting ? *waiting + kQuiet : now() + kIdle;
  }

  Error incomplete() const {
    const auto within = fmt::format("within {} s", options_.timeout.count());
    const auto* waiting = merge_.newest_waiting();
    if (waiting == nullptr) {
      return {ErrorClass::timeout, "NoTrace", fmt::format("{} reported nothing {}", label(), within)};
    }
    session_->out << print_chain(*waiting, label());
    std::string missing;
    for (const int step : waiting->missing(options_.until_step)) {
      missing += fmt::format("{}{} ({})", missing.empty() ? "" : ", ", step, step_name(step));
    }
    return {ErrorClass::timeout, "Incomplete",
            fmt::format("no complete report {}; missing: {}", within, missing)};
  }

  void spawn(asio::awaitable<void> activity) {
    asio::co_spawn(session_->executor, std::move(activity),
                   [self = shared_from_this()](std::exception_ptr escaped) {
                     if (escaped) self->session_->err << "note: a part of the trace ended by an exception\n";
                   });
  }

  static asio::awaitable<void> feed(std::shared_ptr<Tracing> self, Source source) {
    while (!self->stopped_) {
      auto request = self->trace_request(true);
      std::function<bool(std::string_view)> on_line = [raw = self.get()](std::string_view line) {
        raw->merge_.add_line(line, now());
        raw->wake_.cancel();
        return !raw->stopped_;
      };
      const auto ended = co_await source.client->lines(std::move(request), std::move(on_line), kIdle);
      if (self->stopped_) co_return;
      if (!ended) self->report(source, ended.error());
      if (!ended && ended.error().cls == ErrorClass::not_found) co_return;
      co_await pause(self);
    }
  }

  static asio::awaitable<void> watch(std::shared_ptr<Tracing> self, std::string version) {
    const auto path = kube::with_query(device_path(self->device_.ns), "fieldSelector",
                                       "metadata.name=" + self->device_.name);
    while (!self->stopped_) {
      std::function<bool(kube::WatchEvent)> on_event = [raw = self.get(), &version](kube::WatchEvent event) {
        version = event.object->version();
        const auto object = event.object->tree();
        if (event.type != "BOOKMARK") raw->take_device(object);
        return !raw->stopped_;
      };
      const auto ended = co_await self->watch_.watch(path, version, std::move(on_event));
      if (self->stopped_) co_return;
      if (!ended) version.clear();
      co_await pause(self);
    }
  }

  static asio::awaitable<void> pause(std::shared_ptr<Tracing> self) {
    asio::steady_timer timer(self->session_->executor, kPause);
    self->pauses_.push_back(&timer);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    std::erase(self->pauses_, &timer);
  }

  /// Step 9: what the user's own watch shows.
  void take_device(const json& device) {
    for (const auto& twin : kube::array_at(kube::object_at(device, "status"), "twins")) {
      const auto property = kube::string_at(twin, "propertyName");
      const auto& reported = kube::object_at(twin, "reported");
      if (reported.empty() || std::exchange(reported_[property], reported) == reported) continue;
      merge_.observe(property, kube::string_at(reported, "value"), now());
    }
    wake_.cancel();
  }

  SessionPtr session_;
  TraceOptions options_;
  ObjectName device_;
  kube::KubeClient host_;
  kube::KubeClient cloud_;
  kube::KubeClient watch_;
  asio::system_timer wake_;
  std::vector<asio::steady_timer*> pauses_;
  TraceMerge merge_;
  std::map<std::string, json> reported_;  ///< with its metadata: a report of the same value is one too
  std::set<std::string> noted_;           ///< sources whose silence was reported
  bool stopped_ = false;
};

}  // namespace

asio::awaitable<int> run_trace(SessionPtr session, TraceOptions options) {
  auto host = net::parse_url(options.host_url);
  if (!host) co_return session->fail(std::move(host).error().within("--host-url"));
  if (host->scheme != "http") co_return session->fail(invalid("BadUrl", "--host-url: expected http://"));
  auto device = split_name(*session, options.device);
  const auto tracing =
      std::make_shared<Tracing>(session, std::move(options), std::move(device), std::move(*host));
  const int status = co_await tracing->run();
  co_return status;
}

}  // namespace hearth::ctl
