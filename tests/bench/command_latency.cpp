// SPDX-License-Identifier: Apache-2.0
// From the PATCH of a desired value until it has reached the mapper: as a delta on MQTT, or in the file that the
// virtual mapper's write makes.
#include <fmt/format.h>
#include <sys/inotify.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>

#include "tests/bench/series.hpp"
#include "tests/bench/target.hpp"

namespace {

using namespace hearth::bench;
namespace asio = boost::asio;
namespace kube = hearth::kube;

struct Options {
  Target target;
  Series series;
  std::filesystem::path value_file;
  int index = 0;
};

/// Tells when a file has been put in place anew.
class FileWatch {
 public:
  FileWatch(asio::io_context& io, std::filesystem::path file, std::function<void(std::string text)> changed)
      : file_(std::move(file)),
        changed_(std::move(changed)),
        events_(io, inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    const auto folder = file_.parent_path();
    if (inotify_add_watch(events_.native_handle(), folder.c_str(), IN_MOVED_TO | IN_CLOSE_WRITE) < 0)
      throw std::runtime_error("cannot watch " + folder.string());
    wait();
  }

 private:
  void wait() {
    events_.async_read_some(asio::buffer(buffer_), [this](boost::system::error_code failed, std::size_t) {
      if (failed) return;
      std::ifstream in(file_);
      std::string text;
      std::getline(in, text);
      changed_(std::move(text));
      wait();
    });
  }

  std::filesystem::path file_;
  std::function<void(std::string)> changed_;
  asio::posix::stream_descriptor events_;
  std::array<char, 16 * 1024> buffer_{};
};

class CommandLatency {
 public:
  CommandLatency(asio::io_context& io, const Options& options)
      : io_(io),
        options_(options),
        prefix_(run_name() + "-"),
        timer_(io),
        api_(make_api_client(io, options.target)),
        mqtt_(io, options.target.mqtt, filters(), [this](std::string_view, std::string_view payload) {
          if (waiting_ && payload.find('"' + value_ + '"') != payload.npos) arrived();
        }) {
    if (options_.value_file.empty()) return;
    file_.emplace(io, options_.value_file, [this](const std::string& text) {
      if (waiting_ && text == value_) arrived();
    });
  }

  /// One command after the other.
  asio::awaitable<void> run() {
    for (int i = 1; i <= options_.series.count; ++i) {
      value_ = prefix_ + std::to_string(i);
      waiting_ = true;
      timer_.expires_after(options_.series.limit());
      co_await patch();
      boost::system::error_code cancelled;
      if (waiting_) co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
      if (std::exchange(waiting_, false)) ++lost_;
      timer_.expires_after(options_.series.gap());
      co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
    io_.stop();
  }

  const Samples& samples() const { return samples_; }
  const Samples& answers() const { return answers_; }
  int lost() const { return lost_; }

 private:
  std::vector<std::string> filters() const {
    if (!options_.value_file.empty()) return {};
    return {options_.target.topic(options_.series.device, "update/delta")};
  }

  asio::awaitable<void> patch() {
    const auto path = fmt::format("/spec/properties/{}/desired", options_.index);
    auto body = nlohmann::json::array({{{"op", "add"}, {"path", path}, {"value", {{"value", value_}}}}});
    auto target = options_.target.path(options_.series.device);
    sent_ = SteadyClock::now();
    const auto answer = co_await api_.patch(std::move(target), kube::PatchType::json, std::move(body));
    if (!answer) throw std::runtime_error("PATCH: " + answer.error().text);
    answers_.add(SteadyClock::now() - sent_);
  }

  void arrived() {
    samples_.add(SteadyClock::now() - sent_);
    waiting_ = false;
    timer_.cancel();
    if (!options_.value_file.empty()) return;
    // The external mapper has written its appliance and says so.
    mqtt_.publish(options_.target.topic(options_.series.device, "update"),
                  options_.target.update(value_, value_));
  }

  asio::io_context& io_;
  const Options& options_;
  std::string prefix_;
  asio::steady_timer timer_;
  kube::KubeClient api_;
  MqttClient mqtt_;
  std::optional<FileWatch> file_;
  std::string value_;
  bool waiting_ = false;
  SteadyClock::time_point sent_;
  int lost_ = 0;
  Samples samples_;
  Samples answers_;
};

int measure(Options options) {
  asio::io_context io;
  options.target.mqtt.client_id = "hearth-bench-command-" + run_name();
  CommandLatency run(io, options);
  asio::co_spawn(io, run.run(), [](const std::exception_ptr& escaped) {
    if (escaped) std::rethrow_exception(escaped);
  });
  io.run_for(options.series.longest());
  fmt::print("command_latency to {}: {}, lost {}\n", options.value_file.empty() ? "delta" : "write",
             run.samples().text(), run.lost());
  fmt::print("command_latency PATCH answered: {}\n", run.answers().text());
  return options.series.status(run.samples(), run.lost());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Sets desired values of one device by PATCH, each when the one before has arrived, and measures from "
      "before\n"
      "the request until the value is in a twin/update/delta on MQTT (the program then reports it, as a "
      "mapper\n"
      "does), or with --value-file until the virtual mapper's write has put it into that file.",
      "bench_command_latency");
  Options options;
  add_broker_options(app, options.target);
  add_api_options(app, options.target);
  add_series_options(app, options.series);
  app.add_option("--index", options.index, "Of the property in spec.properties")->check(CLI::Range(0, 1000));
  app.add_option("--value-file", options.value_file, "The property's configData.file, protocol virtual");
  return run_program(app, argc, argv, [&] { return measure(options); });
}
