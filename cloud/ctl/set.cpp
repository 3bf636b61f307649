// SPDX-License-Identifier: Apache-2.0
#include "cloud/ctl/set_plan.hpp"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <ostream>

#include "cloud/ctl/commands.hpp"
#include "cloud/kube/json_access.hpp"

namespace hearth::ctl {
namespace {

namespace asio = boost::asio;
using nlohmann::json;

constexpr int kTries = 5;
constexpr std::chrono::milliseconds kPause{200};

std::string current_desired(const json& device) {
  return kube::object_at(device, "spec").dump();
}

/// A test that failed is a 422 without details; it is worth another look only if the spec has moved meanwhile.
bool worth_another_try(const Error& error) {
  return error.cls == ErrorClass::conflict || error.code == "Invalid";
}

/// Reads, plans, patches; again when somebody else changed the device in between. The device as it is after.
asio::awaitable<Result<json>> patch_desired(SessionPtr session, std::string path,
                                            std::vector<Assignment> wanted) {
  std::string seen;
  std::optional<Error> refused;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    auto device = co_await session->client.get(path);
    if (!device) co_return device.error();
    auto spec = current_desired(*device);
    if (refused && refused->cls != ErrorClass::conflict && spec == seen) break;
    seen = std::move(spec);
    auto plan = plan_set(*device, wanted);
    if (!plan) co_return plan.error();
    if (plan->empty()) co_return device;
    auto target = kube::with_query(path, "fieldValidation", "Strict");
    auto patched = co_await session->client.patch(std::move(target), kube::PatchType::json, std::move(*plan));
    if (patched || !worth_another_try(patched.error())) co_return patched;
    refused = patched.error();
  }
  co_return *refused;
}

/// Follows one device until all its wanted values are reported.
class Waiting : public std::enable_shared_from_this<Waiting> {
 public:
  Waiting(SessionPtr session, ObjectName device, std::vector<Assignment> wanted, json model,
          std::chrono::steady_clock::time_point began)
      : session_(std::move(session)),
        device_(std::move(device)),
        pending_(std::move(wanted)),
        model_(std::move(model)),
        client_(session_->executor, session_->access, kUserAgent),
        deadline_(session_->executor),
        began_(began) {}

  asio::awaitable<int> run(json device, std::chrono::seconds patience) {
    if (take(device)) co_return kExitOk;
    deadline_.expires_after(patience);
    asio::co_spawn(session_->executor, watch(shared_from_this(), kube::version_of(device)),
                   [self = shared_from_this()](std::exception_ptr escaped) {
                     if (escaped) self->deadline_.cancel();
                   });
    const StopGuard guard{this};
    co_await deadline_.async_wait(asio::as_tuple(asio::use_awaitable));
    if (pending_.empty()) co_return kExitOk;
    co_return session_->fail(missing(patience));
  }

 private:
  struct StopGuard {
    Waiting* waiting;
    ~StopGuard() {
      waiting->stopped_ = true;
      waiting->client_.close();
      waiting->pause_.reset();
    }
  };

  static asio::awaitable<void> watch(std::shared_ptr<Waiting> self, std::string version) {
    auto path = kube::with_query(device_path(self->device_.ns), "fieldSelector",
                                 "metadata.name=" + self->device_.name);
    while (!self->stopped_) {
      std::function<bool(kube::WatchEvent)> on_event = [raw = self.get(), &version](kube::WatchEvent event) {
        version = event.object->version();
        const auto object = event.object->tree();
        return event.type == "BOOKMARK" || !raw->take(object);
      };
      auto ended = co_await self->client_.watch(path, version, std::move(on_event));
      if (self->pending_.empty() || self->stopped_) break;
      // From nowhere in particular: the watch then begins with the device as it is.
      if (!ended) version.clear();
      self->pause_.emplace(self->session_->executor, kPause);
      co_await self->pause_->async_wait(asio::as_tuple(asio::use_awaitable));
    }
    self->deadline_.cancel();
  }

  /// Prints what is reported now; true when nothing is left to wait for.
  bool take(const json& device) {
    last_ = device;
    const auto reported = reported_values(device);
    std::erase_if(pending_, [&](const Assignment& wanted) {
      const auto found = reported.find(wanted.property);
      if (found == reported.end()) return false;
      if (!same_value(property_type(model_, wanted.property), found->second, wanted.value)) return false;
      session_->out << fmt::format("{}: {}={} reported after {} ms\n", device_.name, wanted.property,
                                   found->second, elapsed())
                    << std::flush;
      return true;
    });
    return pending_.empty();
  }

  long long elapsed() const {
    const auto passed = std::chrono::steady_clock::now() - began_;
    return std::chrono::duration_cast<std::chrono::milliseconds>(passed).count();
  }

  Error missing(std::chrono::seconds patience) const {
    std::string text;
    for (const auto& wanted : pending_) {
      const auto reported = reported_value(last_, wanted.property);
      text += fmt::format("{}{}={} not reported within {} s, it reports {}", text.empty() ? "" : "; ",
                          wanted.property, wanted.value, patience.count(), reported.value_or("nothing"));
    }
    if (const auto trouble = troubles(last_); !trouble.empty()) text += fmt::format(" ({})", trouble);
    return Error{ErrorClass::timeout, "NotReported", device_.name + ": " + text};
  }

  SessionPtr session_;
  ObjectName device_;
  std::vector<Assignment> pending_;
  json model_;
  kube::KubeClient client_;
  asio::steady_timer deadline_;
  std::optional<asio::steady_timer> pause_;
  std::chrono::steady_clock::time_point began_;
  json last_;
  bool stopped_ = false;
};

/// For the types of the values; without it they are compared as text.
asio::awaitable<json> fetch_model(SessionPtr session, std::string ns, json device) {
  const auto name =
      kube::string_at(kube::object_at(kube::object_at(device, "spec"), "deviceModelRef"), "name");
  if (name.empty()) co_return json::object();
  auto model = co_await session->client.get(
      kube::resource_path("devices.kubeedge.io", "v1beta1", "devicemodels", ns, name));
  if (!model) co_return json::object();
  co_return std::move(*model);
}

}  // namespace

asio::awaitable<int> run_set(SessionPtr session, SetOptions options) {
  std::vector<Assignment> wanted;
  for (const auto& text : options.assignments) {
    auto assignment = parse_assignment(text);
    if (!assignment) co_return session->fail(assignment.error());
    wanted.push_back(std::move(*assignment));
  }
  const auto name = split_name(*session, options.device);
  const auto began = std::chrono::steady_clock::now();
  auto device = co_await patch_desired(session, device_path(name.ns, name.name), wanted);
  if (!device) co_return session->fail(device.error());
  for (const auto& assignment : wanted) {
    session->out << fmt::format("{}: {}={} desired\n", name.name, assignment.property, assignment.value)
                 << std::flush;
  }
  if (!options.wait) co_return kExitOk;
  auto model = co_await fetch_model(session, name.ns, *device);
  const auto waiting = std::make_shared<Waiting>(session, name, std::move(wanted), std::move(model), began);
  const int status = co_await waiting->run(std::move(*device), *options.wait);
  co_return status;
}

}  // namespace hearth::ctl
