// SPDX-License-Identifier: Apache-2.0
// The load of the API's figures: creates, gets, status patches, lists by pages, watches. One part a run.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <deque>
#include <stdexcept>

#include "tests/bench/api_link.hpp"
#include "tests/bench/samples.hpp"
#include "tests/bench/target.hpp"
#include "tests/bench/usage.hpp"

namespace {

using namespace hearth;
using bench::ApiLink;
using bench::ApiLoop;
using bench::SteadyClock;

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kMergePatch = "application/merge-patch+json";
constexpr std::size_t kWriters = 8;  ///< connections that make the events of a watch run

struct Options {
  std::string kubeconfig;
  std::string ns = "default";
  std::string prefix = "load-";
  std::size_t clients = 16;
  std::size_t count = 1000;  ///< of creates; of devices that are there
  std::size_t page = 500;
  std::size_t watchers = 100;
  double rate = 50;
  double seconds = 5;
  int pid = 0;

  std::string devices() const {
    return fmt::format("/apis/devices.kubeedge.io/v1beta1/namespaces/{}/devices", ns);
  }
  std::string device(std::size_t number) const { return fmt::format("{}/{}{}", devices(), prefix, number); }
};

/// About 1 KB of JSON once it is stored and has a status.
std::string device_text(const Options& options, std::size_t number) {
  const auto property = [](std::string_view name) {
    return fmt::format(
        R"({{"name":"{}","collectCycle":1000,"reportCycle":1000,"reportToCloud":true,"desired":{{"value":"21"}},)"
        R"("visitors":{{"protocolName":"external"}}}})",
        name);
  };
  return fmt::format(
      R"({{"apiVersion":"devices.kubeedge.io/v1beta1","kind":"Device","metadata":{{"name":"{}{}","namespace":"{}",)"
      R"("labels":{{"room":"r{}"}}}},"spec":{{"deviceModelRef":{{"name":"load"}},"nodeName":"edge-load",)"
      R"("protocol":{{"protocolName":"external"}},"properties":[{},{}]}}}})",
      options.prefix, number, options.ns, number % 10, property("value"), property("level"));
}

std::string status_text(std::string_view value) {
  const auto twin = [&](std::string_view name) {
    return fmt::format(
        R"({{"propertyName":"{0}","observedDesired":{{"value":"21"}},)"
        R"("reported":{{"value":"{1}","metadata":{{"timestamp":"1767225605000","type":"string"}}}}}})",
        name, value);
  };
  return fmt::format(R"({{"status":{{"twins":[{},{}]}}}})", twin("value"), twin("level"));
}

struct Outcome {
  bench::Samples samples;
  std::size_t done = 0;
  std::size_t failed = 0;
  std::string first_failure;
  double seconds = 0;
  double cpu = 0;  ///< of the server
};

void print(const char* what, const Options& options, const Outcome& outcome) {
  fmt::print("{}: clients {} rate {:.0f} p50 {:.3f} p99 {:.3f} ms cpu {:.4f} s/1000 failed {}\n", what,
             options.clients, static_cast<double>(outcome.done) / outcome.seconds,
             bench::milliseconds(outcome.samples.percentile(0.5)),
             bench::milliseconds(outcome.samples.percentile(0.99)),
             1000 * outcome.cpu / static_cast<double>(std::max<std::size_t>(outcome.done, 1)),
             outcome.failed);
  if (outcome.failed > 0) fmt::print("  the first failure: {}\n", outcome.first_failure.substr(0, 400));
}

double cpu_seconds(const Options& options) {
  return static_cast<double>(bench::usage_of(options.pid).cpu.count()) / 1000;
}

/// Every client sends its next request when the one before is answered, until there is none.
class ClosedLoop {
 public:
  using Next = std::function<std::optional<std::string>(ApiLoop&)>;

  ClosedLoop(const Options& options, Next next)
      : options_(options), loop_(options.kubeconfig), next_(std::move(next)) {
    for (std::size_t i = 0; i < options.clients; ++i) {
      auto& client = clients_.emplace_back();
      client.link = &loop_.open();
      client.link->on_answer = [this, &client](int status, std::string_view body) {
        answered(client, status, body);
      };
    }
  }

  Outcome run() {
    const auto cpu = cpu_seconds(options_);
    const auto begin = SteadyClock::now();
    for (auto& client : clients_)
      ask(client);
    while (busy_ > 0)
      loop_.turn(SteadyClock::now() + std::chrono::seconds(1));
    outcome_.seconds = std::chrono::duration<double>(SteadyClock::now() - begin).count();
    outcome_.cpu = cpu_seconds(options_) - cpu;
    return std::move(outcome_);
  }

 private:
  struct Client {
    ApiLink* link = nullptr;
    SteadyClock::time_point asked;
  };

  void ask(Client& client) {
    const auto request = next_(loop_);
    if (!request) return;
    ++busy_;
    client.asked = SteadyClock::now();
    client.link->send(*request);
  }

  void answered(Client& client, int status, std::string_view body) {
    --busy_;
    outcome_.samples.add(SteadyClock::now() - client.asked);
    ++outcome_.done;
    if (status > 299 && outcome_.failed++ == 0) outcome_.first_failure = body;
    ask(client);
  }

  const Options& options_;
  ApiLoop loop_;
  Next next_;
  std::deque<Client> clients_;
  std::size_t busy_ = 0;
  Outcome outcome_;
};

int finish(const char* what, const Options& options, const Outcome& outcome) {
  print(what, options, outcome);
  return outcome.failed == 0 ? 0 : 1;
}

int create(const Options& options) {
  std::size_t number = 0;
  ClosedLoop load(options, [&](ApiLoop& loop) -> std::optional<std::string> {
    if (number == options.count) return std::nullopt;
    return loop.request("POST", options.devices(), device_text(options, number++), kJson);
  });
  return finish("create", options, load.run());
}

SteadyClock::time_point end_of(const Options& options) {
  return SteadyClock::now() +
         std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(options.seconds));
}

int get(const Options& options) {
  std::size_t number = 0;
  auto end = SteadyClock::time_point::max();
  ClosedLoop load(options, [&](ApiLoop& loop) -> std::optional<std::string> {
    if (SteadyClock::now() > end) return std::nullopt;
    number = (number + 7919) % options.count;
    return loop.request("GET", options.device(number));
  });
  end = end_of(options);
  return finish("get", options, load.run());
}

int patch(const Options& options) {
  std::size_t number = 0;
  auto end = SteadyClock::time_point::max();
  ClosedLoop load(options, [&](ApiLoop& loop) -> std::optional<std::string> {
    if (SteadyClock::now() > end) return std::nullopt;
    ++number;
    return loop.request("PATCH", options.device(number % options.count) + "/status",
                        status_text(fmt::format("v{}", SteadyClock::now().time_since_epoch().count())),
                        kMergePatch);
  });
  end = end_of(options);
  return finish("patch", options, load.run());
}

/// The string behind `"name":"` in a list's text, from its end: metadata stands behind the items, in either order elsewhere.
std::string last_string(std::string_view text, std::string_view name) {
  const auto mark = fmt::format("\"{}\":\"", name);
  const auto at = text.rfind(mark);
  if (at == text.npos) return {};
  const auto rest = text.substr(at + mark.size());
  return std::string(rest.substr(0, rest.find('"')));
}

/// All pages of the devices; the text of each goes to `page`.
void read_pages(const Options& options, const std::function<void(std::string_view)>& page) {
  ApiLoop loop(options.kubeconfig);
  auto& link = loop.open();
  std::string target = fmt::format("{}?limit={}", options.devices(), options.page);
  bool waiting = true;
  link.on_answer = [&](int status, std::string_view body) {
    if (status != 200) throw std::runtime_error(fmt::format("a list was answered {}: {}", status, body));
    page(body);
    const auto token = last_string(body, "continue");
    waiting = !token.empty();
    if (waiting)
      link.send(loop.request("GET",
                             fmt::format("{}?limit={}&continue={}", options.devices(), options.page, token)));
  };
  link.send(loop.request("GET", target));
  while (waiting)
    loop.turn(SteadyClock::now() + std::chrono::seconds(1));
}

int list(const Options& options) {
  std::size_t pages = 0;
  std::size_t bytes = 0;
  const auto cpu = cpu_seconds(options);
  const auto begin = SteadyClock::now();
  read_pages(options, [&](std::string_view text) {
    ++pages;
    bytes += text.size();
  });
  const auto seconds = std::chrono::duration<double>(SteadyClock::now() - begin).count();
  fmt::print("list: seconds {:.3f} pages {} bytes {} cpu {:.3f}\n", seconds, pages, bytes,
             cpu_seconds(options) - cpu);
  return 0;
}

/// Watches that note how old each value is that they see, and a few writers that make such values at a fixed rate.
class WatchLoad {
 public:
  explicit WatchLoad(const Options& options) : options_(options), loop_(options.kubeconfig) {}

  int run() {
    open_watches();
    for (std::size_t i = 0; i < kWriters; ++i) {
      auto& link = *writers_.emplace_back(&loop_.open());
      link.on_answer = [this](int status, std::string_view) {
        ++answered_;
        if (status > 299) ++failed_;
      };
    }
    const auto cpu = cpu_seconds(options_);
    write_all();
    drain();
    fmt::print(
        "watch: watchers {} rate {} seen {} of {} p50 {:.2f} p99 {:.2f} max {:.2f} ms cpu {:.2f} s failed "
        "{}\n",
        options_.watchers, options_.rate, samples_.count(), answered_ * options_.watchers,
        bench::milliseconds(samples_.percentile(0.5)), bench::milliseconds(samples_.percentile(0.99)),
        bench::milliseconds(samples_.percentile(1)), cpu_seconds(options_) - cpu, failed_);
    return failed_ == 0 && samples_.count() == answered_ * options_.watchers ? 0 : 1;
  }

 private:
  static constexpr std::string_view kMark = "\"value\":\"t";

  void open_watches() {
    std::string version;
    auto few = options_;
    few.page = 1'000'000;
    read_pages(few, [&](std::string_view text) { version = last_string(text, "resourceVersion"); });
    const auto request =
        loop_.request("GET", fmt::format("{}?watch=true&resourceVersion={}", options_.devices(), version));
    for (std::size_t i = 0; i < options_.watchers; ++i) {
      auto& link = loop_.open();
      auto& tail = tails_.emplace_back();
      link.on_bytes = [this, &tail](std::string_view bytes) { see(tail, bytes); };
      link.send(request);
    }
    const auto settled = SteadyClock::now() + std::chrono::seconds(1);
    while (SteadyClock::now() < settled)
      loop_.turn(settled);
  }

  /// The value stands twice in each event, as that of two properties: only the first counts.
  void see(std::string& tail, std::string_view bytes) {
    const auto now = SteadyClock::now();
    tail.append(bytes);
    std::size_t at = 0;
    for (;;) {
      const auto line_end = tail.find('\n', at);
      if (line_end == tail.npos) break;
      const auto line = std::string_view(tail).substr(at, line_end - at);
      const auto mark = line.rfind(kMark);
      if (mark != line.npos) note(line.substr(mark + kMark.size()), now);
      at = line_end + 1;
    }
    tail.erase(0, at);
  }

  void note(std::string_view text, SteadyClock::time_point now) {
    std::int64_t sent = 0;
    std::from_chars(text.data(), text.data() + text.size(), sent);
    samples_.add(now - SteadyClock::time_point(SteadyClock::duration(sent)));
  }

  void write_all() {
    const auto events = static_cast<std::size_t>(options_.rate * options_.seconds);
    const auto gap =
        std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(1 / options_.rate));
    auto when = SteadyClock::now();
    for (std::size_t i = 0; i < events; ++i, when += gap) {
      while (SteadyClock::now() < when)
        loop_.turn(when);
      const auto now = SteadyClock::now().time_since_epoch().count();
      writers_[i % writers_.size()]->send(loop_.request("PATCH",
                                                        options_.device(i % options_.count) + "/status",
                                                        status_text(fmt::format("t{}", now)), kMergePatch));
    }
    written_ = events;
  }

  void drain() {
    const auto limit = SteadyClock::now() + std::chrono::seconds(10);
    while (SteadyClock::now() < limit &&
           (answered_ < written_ || samples_.count() < written_ * options_.watchers))
      loop_.turn(limit);
  }

  const Options& options_;
  ApiLoop loop_;
  std::deque<std::string> tails_;
  std::vector<ApiLink*> writers_;
  std::size_t written_ = 0;
  std::size_t answered_ = 0;
  std::size_t failed_ = 0;
  bench::Samples samples_;
};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Puts load on a Kubernetes API server that serves KubeEdge's devices.", "bench_api_load");
  Options options;
  app.add_option("--kubeconfig", options.kubeconfig)->required()->check(CLI::ExistingFile);
  app.add_option("--pid", options.pid, "The server's process, for its processor time");
  app.add_option("--namespace", options.ns)->capture_default_str();
  app.add_option("--prefix", options.prefix, "Of the devices' names")->capture_default_str();
  app.add_option("--clients", options.clients)->capture_default_str();
  app.add_option("--count", options.count, "Devices to create, or that are there")->capture_default_str();
  app.add_option("--seconds", options.seconds)->capture_default_str();
  app.add_option("--page", options.page, "Devices a page")->capture_default_str();
  app.add_option("--watchers", options.watchers)->capture_default_str();
  app.add_option("--rate", options.rate, "Events a second")->capture_default_str();
  app.require_subcommand(1);
  app.add_subcommand("create", "Devices PREFIX0 to PREFIX(COUNT-1)")->fallthrough();
  app.add_subcommand("get", "Single devices")->fallthrough();
  app.add_subcommand("patch", "Status merge patches")->fallthrough();
  app.add_subcommand("list", "All devices, by pages")->fallthrough();
  app.add_subcommand("watch", "Events for many watches")->fallthrough();
  return bench::run_program(app, argc, argv, [&] {
    if (app.got_subcommand("create")) return create(options);
    if (app.got_subcommand("get")) return get(options);
    if (app.got_subcommand("patch")) return patch(options);
    if (app.got_subcommand("list")) return list(options);
    return WatchLoad(options).run();
  });
}
