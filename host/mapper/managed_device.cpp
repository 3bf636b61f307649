// SPDX-License-Identifier: Apache-2.0
#include "host/mapper/managed_device.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>

#include "sdk/base/ids.hpp"
#include "sdk/wire/topic.hpp"
#include "sdk/wire/twin_document.hpp"

namespace hearth::runtime {
namespace {

using mapper::StatusClass;
using std::chrono::steady_clock;

nlohmann::json bound(const std::optional<double>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json();
}

/// What a mapper sees of a device; desired values are not part of it.
nlohmann::json wiring(const device::ResolvedDevice& device) {
  auto properties = nlohmann::json::array();
  for (const auto& property : device.properties) {
    properties.push_back({property.model.name, device::to_string(property.model.type),
                          property.model.access == device::AccessMode::read_only, property.config,
                          property.device.collect_cycle.count(), property.device.report_to_cloud,
                          property.model.unit, bound(property.model.minimum), bound(property.model.maximum)});
  }
  return {device.meta.uid, device.model_name, device.protocol_name, device.config, std::move(properties)};
}

const device::ResolvedProperty* find(const device::ResolvedDevice& device, const std::string& name) {
  for (const auto& property : device.properties) {
    if (property.model.name == name) return &property;
  }
  return nullptr;
}

bool ends_the_session(StatusClass cls) {
  switch (cls) {
    case StatusClass::ok:
    case StatusClass::config:
    case StatusClass::point:
    case StatusClass::busy:
      return false;
    case StatusClass::unit:
    case StatusClass::link:
    case StatusClass::bug:
      return true;
  }
  return true;
}

/// The text as it will be read back: "ON" of a BOOLEAN is "true", and need not be written to what shows that.
std::string as_read_back(const std::optional<device::DeviceModel>& model, const std::string& property,
                         const std::string& text) {
  const auto* known = model ? model->find(property) : nullptr;
  if (!known) return text;
  const auto value = device::parse_value(known->type, text);
  return value ? device::print_value(*value) : text;
}

std::string list_issues(const std::vector<device::Issue>& issues) {
  std::string text;
  for (const auto& issue : issues) {
    if (!text.empty()) text += "; ";
    text += issue.path + ": " + issue.message;
  }
  return text;
}

}  // namespace

ManagedDevice::ManagedDevice(Surroundings surroundings, DeviceId id)
    : around_(surroundings),
      id_(std::move(id)),
      writes_(surroundings.options.min_backoff, surroundings.options.max_backoff),
      backoff_(surroundings.options.min_backoff, surroundings.options.max_backoff),
      timer_(surroundings.io),
      stuck_alarm_(surroundings.io) {}

void ManagedDevice::start(std::function<void()> finished) {
  finished_ = std::move(finished);
  boost::asio::co_spawn(around_.io, run(),
                        [self = shared_from_this()](std::exception_ptr problem) { self->ended(problem); });
}

void ManagedDevice::ended(std::exception_ptr problem) {
  try {
    if (problem) std::rethrow_exception(problem);
  } catch (const std::exception& error) {
    set_condition(wire::ConditionStatus::no, "Internal",
                  fmt::format("the host gave this device up: {}", error.what()));
  }
  const auto finished = std::exchange(finished_, nullptr);
  finished();
}

void ManagedDevice::set(const device::Device& device, const device::DeviceModel* model) {
  const bool was_complete = device_ && model_;
  const auto before = was_complete ? wiring(device::resolve(*device_, *model_)) : nlohmann::json();
  device_ = device;
  model_ = model ? std::optional(*model) : std::nullopt;
  const auto after = model_ ? wiring(device::resolve(*device_, *model_)) : nlohmann::json();
  if (before != after || !was_complete) reopen_ = true;
  wake();
}

void ManagedDevice::want(const std::map<std::string, std::string>& desired) {
  const auto now = steady_clock::now();
  for (const auto& [property, value] : desired) {
    // Anybody on the broker can name properties; only those of the device are remembered.
    if (!device_ || !device_->find(property)) continue;
    writes_.want(property, as_read_back(model_, property, value), now);
  }
  wake();
}

void ManagedDevice::look_again() {
  reopen_ = true;
  if (mapper_ && device_ && model_) {
    const auto resolved = device::resolve(*device_, *model_);
    const auto entry = around_.catalogue.choose(resolved.model_name, resolved.protocol_name,
                                                around_.options.mapper_of_model);
    const auto loaded =
        entry ? around_.catalogue.load(*entry) : Result<std::shared_ptr<plugin::LoadedMapper>>(entry.error());
    reopen_ = !loaded || *loaded != mapper_;
  }
  if (reopen_) wake();
}

void ManagedDevice::stop() {
  stopping_ = true;
  wake();
}

void ManagedDevice::wake() {
  timer_.cancel();
}

boost::asio::awaitable<void> ManagedDevice::run() {
  const auto self = shared_from_this();
  while (!stopping_) {
    reopen_ = false;
    auto setup = prepare();
    if (setup) {
      co_await connect_and_serve(std::move(*setup));
      continue;
    }
    set_condition(wire::ConditionStatus::no, setup.error().code, setup.error().text);
    // Also at first: a host that was killed has left its devices "online".
    set_state("offline");
    while (!stopping_ && !reopen_)
      co_await sleep_until(std::nullopt);
  }
}

Result<ManagedDevice::Setup> ManagedDevice::prepare() {
  if (!model_) {
    return not_found("ModelMissing",
                     fmt::format("DeviceModel {} is not known to this node", device_->model_name));
  }
  auto resolved = device::resolve(*device_, *model_);
  auto entry =
      around_.catalogue.choose(resolved.model_name, resolved.protocol_name, around_.options.mapper_of_model);
  if (!entry) return std::move(entry).error();
  auto loaded = around_.catalogue.load(*entry);
  if (!loaded) return std::move(loaded).error();
  auto issues = device::check_device(*device_, *model_);
  // A desired value that does not fit is not the mapper's matter: it is never written, and the API has said
  // so.
  std::erase_if(issues, [](const auto& issue) { return issue.path.ends_with(".desired.value"); });
  const auto wrong_config = (*loaded)->validate(resolved);
  issues.insert(issues.end(), wrong_config.begin(), wrong_config.end());
  if (!issues.empty()) return invalid("ConfigInvalid", list_issues(issues));
  const auto key = (*loaded)->bus_key(resolved);
  if (!key) return invalid("ConfigInvalid", key.error().text);
  return Setup{std::move(*loaded), std::make_shared<const device::ResolvedDevice>(std::move(resolved)),
               around_.buses.get(*key)};
}

boost::asio::awaitable<void> ManagedDevice::connect_and_serve(Setup setup) {
  set_condition(wire::ConditionStatus::no, "Connecting",
                fmt::format("mapper {} is opening the device", setup.mapper->note().name));
  arm_stuck_alarm();
  auto open = [mapper = setup.mapper, resolved = setup.resolved, deadline = call_deadline()] {
    return mapper->open(*resolved, deadline);
  };
  auto opened = co_await on_bus(setup.bus, std::move(open));
  stuck_alarm_.cancel();
  if (opened.has_error()) {
    co_await back_off(opened.error());
    co_return;
  }
  std::shared_ptr<plugin::LoadedDevice> device = std::move(*opened);
  mapper_ = setup.mapper;
  reads_.emplace(setup.resolved->properties, around_.options.refresh, steady_clock::now());
  writes_.reopened();
  const auto why = co_await serve(setup, device);
  mapper_.reset();
  // Closing may block, so it happens on the bus; the last reference goes there.
  auto close = [last = std::move(device)]() mutable {
    last.reset();
    return true;
  };
  co_await on_bus(setup.bus, std::move(close));
  if (stopping_ || reopen_) {
    set_state("offline");
    co_return;
  }
  co_await back_off(why);
}

boost::asio::awaitable<mapper::Status> ManagedDevice::serve(Setup setup,
                                                            std::shared_ptr<plugin::LoadedDevice> device) {
  set_condition(wire::ConditionStatus::yes, "Online",
                fmt::format("mapper {} {} serves the device in process", setup.mapper->note().name,
                            setup.mapper->note().version));
  set_state("online");
  around_.outputs.want_delta(id_);
  while (!stopping_ && !reopen_) {
    const auto wrote = co_await write_due(setup, device);
    if (ends_the_session(wrote.cls)) co_return wrote;
    const auto read = co_await read_due(setup, device);
    if (ends_the_session(read.cls)) co_return read;
    backoff_.reset();
    auto next = reads_->next_due();
    const auto next_write = writes_.next_due();
    if (!next || (next_write && *next_write < *next)) next = next_write;
    if (!stopping_ && !reopen_) co_await sleep_until(next);
  }
  co_return mapper::Status{};
}

boost::asio::awaitable<mapper::Status> ManagedDevice::write_due(
    Setup setup, std::shared_ptr<plugin::LoadedDevice> device) {
  const auto due = writes_.due(steady_clock::now());
  for (const auto& write : due) {
    if (around_.outputs.still_wanted && !around_.outputs.still_wanted(id_, write.property, write.value)) {
      writes_.withdraw(write.property);
      continue;
    }
    const auto* property = find(*setup.resolved, write.property);
    const auto value = property ? device::check_value(property->model, write.value)
                                : Result<device::Value>(not_found("UnknownProperty", "no such property"));
    const bool read_only = property && property->model.access == device::AccessMode::read_only;
    if (!value || read_only) {
      spdlog::warn("device {}: desired {}={} is not written: {}", id_.str(), write.property,
                   write.value.substr(0, 80), value ? "the property is ReadOnly" : value.error().text);
      writes_.drop(write.property);
      continue;
    }
    arm_stuck_alarm();
    auto call = [device, name = write.property, value = *value, deadline = call_deadline()] {
      return device->write(name, value, deadline);
    };
    const auto outcome = co_await on_bus(setup.bus, std::move(call));
    stuck_alarm_.cancel();
    const auto status = note_write(setup, write, outcome);
    if (ends_the_session(status.cls)) co_return status;
  }
  co_return mapper::Status{};
}

mapper::Status ManagedDevice::note_write(const Setup& setup, const WritePlan::Write& write,
                                         const mapper::WriteOutcome& outcome) {
  using Kind = mapper::WriteOutcome::Kind;
  const auto now = steady_clock::now();
  around_.writes.Increment();
  switch (outcome.kind) {
    case Kind::confirmed:
      writes_.written(write.property, now);
      if (outcome.actual) {
        const auto text = device::print_value(*outcome.actual);
        writes_.seen(write.property, text);
        if (reads_->worth_reporting(write.property, text, now))
          report({{write.property, text}}, *setup.resolved);
        return {};
      }
      reads_->soon(write.property, now);
      return {};
    case Kind::accepted:
      writes_.written(write.property, now);
      reads_->soon(write.property, now);
      return {};
    case Kind::mismatch:
      writes_.failed(write.property, now);
      reads_->soon(write.property, now);
      spdlog::warn("device {}: {} was set to {} but reads back as {}", id_.str(), write.property, write.value,
                   outcome.actual ? device::print_value(*outcome.actual) : "nothing");
      return {};
    case Kind::failed:
      break;
  }
  around_.failures.Increment();
  spdlog::warn("device {}: writing {}={}: {}", id_.str(), write.property, write.value, outcome.status.text);
  if (outcome.status.cls == StatusClass::config) {
    writes_.drop(write.property);
  } else {
    writes_.failed(write.property, now);
  }
  return outcome.status;
}

boost::asio::awaitable<mapper::Status> ManagedDevice::read_due(Setup setup,
                                                               std::shared_ptr<plugin::LoadedDevice> device) {
  const auto names = reads_->due(steady_clock::now());
  if (names.empty()) co_return mapper::Status{};
  arm_stuck_alarm();
  auto call = [device, names, deadline = call_deadline()] { return device->read(names, deadline); };
  const auto results = co_await on_bus(setup.bus, std::move(call));
  stuck_alarm_.cancel();
  const auto now = steady_clock::now();
  reads_->done(names, now);
  around_.reads.Increment();
  std::map<std::string, std::string> values;
  for (std::size_t i = 0; i < names.size() && i < results.size(); ++i) {
    if (!results[i].status.ok()) continue;
    auto text = device::print_value(results[i].value);
    writes_.seen(names[i], text);
    if (reads_->worth_reporting(names[i], text, now)) values.emplace(names[i], std::move(text));
  }
  if (!values.empty()) report(values, *setup.resolved);
  co_return note_reads(names, results);
}

mapper::Status ManagedDevice::note_reads(const std::vector<std::string>& names,
                                         const std::vector<mapper::ReadResult>& results) {
  std::string problems;
  for (std::size_t i = 0; i < names.size() && i < results.size(); ++i) {
    const auto& status = results[i].status;
    if (status.ok()) continue;
    around_.failures.Increment();
    if (ends_the_session(status.cls)) return status;
    if (!problems.empty()) problems += "; ";
    problems += "property " + names[i] + ": " + status.text;
  }
  if (!problems.empty()) {
    set_condition(wire::ConditionStatus::yes, "Degraded", problems);
  } else if (condition_ && (condition_->reason == "Degraded" || condition_->reason == "BusStuck")) {
    set_condition(wire::ConditionStatus::yes, "Online", "all properties can be read again");
  }
  return {};
}

void ManagedDevice::report(const std::map<std::string, std::string>& values,
                           const device::ResolvedDevice& resolved) {
  const auto now_ms = to_unix_ms(around_.clock());
  wire::TwinUpdate update{new_uuid(), now_ms, {}};
  std::string text;
  for (const auto& [name, value] : values) {
    wire::TwinEntry entry;
    entry.actual = wire::TwinValue{value, now_ms};
    if (const auto* property = find(resolved, name)) entry.type = device::twin_type(property->model.type);
    update.twin.emplace(name, std::move(entry));
    text += (text.empty() ? "" : ", ") + name + "=" + value;
  }
  const auto topic = wire::device_topic(wire::TopicKind::twin_update, id_);
  around_.trace.add(1, id_, update.event_id, text + " published on " + topic);
  around_.outputs.publish(topic, wire::print_twin_update(update).dump());
}

boost::asio::awaitable<void> ManagedDevice::sleep_until(std::optional<Time> when) {
  timer_.expires_at(when.value_or(Time::max()));
  co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
}

boost::asio::awaitable<void> ManagedDevice::back_off(mapper::Status why) {
  set_state("offline");
  const bool hopeless = why.cls == StatusClass::config;
  const auto wait = backoff_.next();
  const auto until = hopeless ? std::nullopt : std::optional<Time>(steady_clock::now() + wait);
  set_condition(wire::ConditionStatus::no, hopeless ? "ConfigInvalid" : "Backoff", why.text);
  // Desired values that arrive meanwhile wake the timer but do not shorten the wait.
  while (!stopping_ && !reopen_ && (!until || steady_clock::now() < *until))
    co_await sleep_until(until);
}

void ManagedDevice::set_state(const std::string& state) {
  if (state == state_) return;
  state_ = state;
  const nlohmann::json payload{
      {"event_id", new_uuid()}, {"timestamp", to_unix_ms(around_.clock())}, {"state", state}};
  around_.outputs.publish(wire::device_topic(wire::TopicKind::state_update, id_), payload.dump());
}

void ManagedDevice::set_condition(wire::ConditionStatus status, std::string reason, std::string message) {
  auto transition = around_.clock();
  if (condition_) {
    if (condition_->status == status && condition_->reason == reason && condition_->message == message)
      return;
    if (condition_->status == status) transition = condition_->last_transition;
  }
  if (status != wire::ConditionStatus::yes && reason != "Connecting") {
    spdlog::warn("device {}: {}: {}", id_.str(), reason, message);
  }
  condition_ = wire::Condition{"MapperReady", status, std::move(reason), std::move(message), transition};
  tell_conditions();
}

void ManagedDevice::tell_conditions() const {
  if (!condition_) return;
  std::vector<wire::Condition> conditions{*condition_};
  if (around_.broker) conditions.push_back(*around_.broker);
  around_.outputs.conditions(id_, std::move(conditions));
}

void ManagedDevice::arm_stuck_alarm() {
  stuck_alarm_.expires_after(3 * around_.options.call_deadline);
  stuck_alarm_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self) return;
    self->set_condition(wire::ConditionStatus::no, "BusStuck",
                        "the mapper does not come back from a call; its bus waits");
  });
}

mapper::Deadline ManagedDevice::call_deadline() const {
  return steady_clock::now() + around_.options.call_deadline;
}

}  // namespace hearth::runtime
