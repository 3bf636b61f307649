// SPDX-License-Identifier: Apache-2.0
#include "host/mapper/device_session.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace hearth::runtime {
namespace {

using mapper::StatusClass;
using std::chrono::steady_clock;
using wire::ConditionStatus;

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

}  // namespace

DeviceSession::DeviceSession(DeviceLife& life, Setup setup, std::unique_ptr<plugin::LoadedDevice> device)
    : life_(life),
      setup_(std::move(setup)),
      device_(std::move(device)),
      reads_(setup_.wiring->device.properties, life.around.options.refresh, steady_clock::now()) {}

boost::asio::awaitable<mapper::Status> DeviceSession::serve() {
  const auto& note = setup_.mapper->note();
  life_.word.condition(ConditionStatus::yes, "Online",
                       fmt::format("mapper {} {} serves the device in process", note.name, note.version));
  life_.word.state("online");
  life_.around.outputs.want_delta(life_.id);
  while (life_.rest.undisturbed()) {
    auto status = co_await write_due();
    if (ends_the_session(status.cls)) co_return status;
    status = co_await read_due();
    if (ends_the_session(status.cls)) co_return status;
    life_.backoff.reset();
    if (life_.rest.undisturbed()) co_await life_.rest.until(next_due());
  }
  co_return mapper::Status{};
}

std::optional<DeviceSession::Time> DeviceSession::next_due() const {
  const auto read = reads_.next_due();
  const auto write = life_.writes.next_due();
  return !read || (write && *write < *read) ? write : read;
}

boost::asio::awaitable<void> DeviceSession::close() {
  auto last_reference = [last = std::move(device_)]() mutable {
    last.reset();
    return true;
  };
  co_await on_bus(setup_.bus, std::move(last_reference));
}

boost::asio::awaitable<mapper::Status> DeviceSession::write_due() {
  const auto due = life_.writes.due(steady_clock::now());
  for (const auto& write : due) {
    const auto value = writable(write);
    if (!value) continue;
    auto call = [device = device_, name = write.property, value = *value,
                 deadline = life_.calls->deadline()] { return device->write(name, value, deadline); };
    const auto outcome = co_await life_.calls->run(setup_.bus, std::move(call));
    const auto status = note_write(write, outcome);
    if (ends_the_session(status.cls)) co_return status;
  }
  co_return mapper::Status{};
}

std::optional<device::Value> DeviceSession::writable(const WritePlan::Write& write) {
  const auto& still_wanted = life_.around.outputs.still_wanted;
  if (still_wanted && !still_wanted(life_.id, write.property, write.value)) {
    life_.writes.withdraw(write.property);
    return std::nullopt;
  }
  const auto* property = setup_.wiring->find(write.property);
  const auto value = property ? device::check_value(property->model, write.value)
                              : Result<device::Value>(not_found("UnknownProperty", "no such property"));
  const bool read_only = property && property->model.access == device::AccessMode::read_only;
  if (value && !read_only) return *value;
  spdlog::warn("device {}: desired {}={} is not written: {}", life_.id.str(), write.property,
               write.value.substr(0, 80), value ? "the property is ReadOnly" : value.error().text);
  life_.writes.drop(write.property);
  return std::nullopt;
}

mapper::Status DeviceSession::note_write(const WritePlan::Write& write, const mapper::WriteOutcome& outcome) {
  using Kind = mapper::WriteOutcome::Kind;
  const auto now = steady_clock::now();
  life_.around.writes.Increment();
  switch (outcome.kind) {
    case Kind::confirmed:
      note_confirmed(write.property, outcome.actual, now);
      return {};
    case Kind::accepted:
      note_confirmed(write.property, std::nullopt, now);
      return {};
    case Kind::mismatch:
      life_.writes.failed(write.property, now);
      reads_.soon(write.property, now);
      spdlog::warn("device {}: {} was set to {} but reads back as {}", life_.id.str(), write.property,
                   write.value, outcome.actual ? device::print_value(*outcome.actual) : "nothing");
      return {};
    case Kind::failed:
      break;
  }
  return note_failed_write(write, outcome.status);
}

/// Without a value read back, the next read shows it.
void DeviceSession::note_confirmed(const std::string& property, const std::optional<device::Value>& actual,
                                   Time now) {
  life_.writes.written(property, now);
  if (!actual) return reads_.soon(property, now);
  const auto text = device::print_value(*actual);
  life_.writes.seen(property, text);
  if (reads_.worth_reporting(property, text, now)) life_.word.values({{property, text}}, *setup_.wiring);
}

mapper::Status DeviceSession::note_failed_write(const WritePlan::Write& write, const mapper::Status& status) {
  life_.around.failures.Increment();
  spdlog::warn("device {}: writing {}={}: {}", life_.id.str(), write.property, write.value, status.text);
  if (status.cls == StatusClass::config) {
    life_.writes.drop(write.property);
  } else {
    life_.writes.failed(write.property, steady_clock::now());
  }
  return status;
}

boost::asio::awaitable<mapper::Status> DeviceSession::read_due() {
  const auto names = reads_.due(steady_clock::now());
  if (names.empty()) co_return mapper::Status{};
  auto call = [device = device_, names, deadline = life_.calls->deadline()] {
    return device->read(names, deadline);
  };
  const auto results = co_await life_.calls->run(setup_.bus, std::move(call));
  life_.around.reads.Increment();
  note_values(names, results);
  co_return note_problems(names, results);
}

void DeviceSession::note_values(const std::vector<std::string>& names,
                                const std::vector<mapper::ReadResult>& results) {
  const auto now = steady_clock::now();
  reads_.done(names, now);
  std::map<std::string, std::string> values;
  for (std::size_t i = 0; i < names.size() && i < results.size(); ++i) {
    if (!results[i].status.ok()) continue;
    auto text = device::print_value(results[i].value);
    life_.writes.seen(names[i], text);
    if (reads_.worth_reporting(names[i], text, now)) values.emplace(names[i], std::move(text));
  }
  if (!values.empty()) life_.word.values(values, *setup_.wiring);
}

mapper::Status DeviceSession::note_problems(const std::vector<std::string>& names,
                                            const std::vector<mapper::ReadResult>& results) {
  std::string problems;
  for (std::size_t i = 0; i < names.size() && i < results.size(); ++i) {
    const auto& status = results[i].status;
    if (status.ok()) continue;
    life_.around.failures.Increment();
    if (ends_the_session(status.cls)) return status;
    if (!problems.empty()) problems += "; ";
    problems += "property " + names[i] + ": " + status.text;
  }
  const auto reason = life_.word.reason();
  if (!problems.empty()) {
    life_.word.condition(ConditionStatus::yes, "Degraded", problems);
  } else if (reason == "Degraded" || reason == "BusStuck") {
    life_.word.condition(ConditionStatus::yes, "Online", "all properties can be read again");
  }
  return {};
}

}  // namespace hearth::runtime
