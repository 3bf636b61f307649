// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/mapped_device.hpp"

#include "sdk/wire/topic.hpp"
#include "sdk/wire/twin_document.hpp"

namespace hearth::sim {
namespace {

constexpr std::chrono::milliseconds kMinBackoff{1'000};
constexpr std::chrono::milliseconds kMaxBackoff{60'000};
constexpr std::chrono::seconds kRefresh{60};

nlohmann::json wiring(const device::ResolvedDevice& device) {
  auto properties = nlohmann::json::array();
  for (const auto& property : device.properties)
    properties.push_back({property.model.name, device::to_string(property.model.type),
                          property.model.access == device::AccessMode::read_only,
                          property.device.collect_cycle.count()});
  return {device.meta.uid, device.model_name, device.config, std::move(properties)};
}

const device::ResolvedProperty* find(const device::ResolvedDevice& device, const std::string& name) {
  for (const auto& property : device.properties) {
    if (property.model.name == name) return &property;
  }
  return nullptr;
}

std::string as_read_back(const std::optional<device::DeviceModel>& model, const std::string& property,
                         const std::string& text) {
  const auto* known = model ? model->find(property) : nullptr;
  return known ? device::print_value(device::parse_value(known->type, text).value()) : text;
}

}  // namespace

MappedDevice::MappedDevice(SimMapper& mapper, DeviceId id)
    : mapper_(mapper),
      id_(std::move(id)),
      writes_(kMinBackoff, kMaxBackoff, [&process = mapper.process_] { return process.random().unit(); }),
      backoff_(kMinBackoff, kMaxBackoff),
      alarm_(mapper.process_.make_alarm()) {}

void MappedDevice::set(const device::Device& device, const std::optional<device::DeviceModel>& model) {
  const bool was_complete = device_ && model_;
  const auto before = was_complete ? wiring(resolved_) : nlohmann::json();
  device_ = device;
  model_ = model;
  resolved_ = model_ ? device::resolve(*device_, *model_) : device::ResolvedDevice{};
  const auto after = model_ ? wiring(resolved_) : nlohmann::json();
  if (before != after || !was_complete) reopen_ = true;
  wake();
}

void MappedDevice::want(const std::map<std::string, std::string>& desired) {
  for (const auto& [property, value] : desired) {
    if (!device_ || !device_->find(property)) continue;
    writes_.want(property, as_read_back(model_, property, value), mapper_.process_.now());
  }
  wake();
}

void MappedDevice::stop() {
  stopping_ = true;
  wake();
}

void MappedDevice::wake() {
  mapper_.process_.post([self = shared_from_this()] { self->turn(); });
}

void MappedDevice::turn() {
  if (busy_ || closed_) return;
  if (stopping_ || reopen_) return close();
  if (!model_) {
    set_condition(wire::ConditionStatus::no, "ModelMissing");
    return set_state("offline");
  }
  if (!open_) return open();
  if (write_next() || read_due()) return;
  backoff_.reset();
  sleep();
}

void MappedDevice::close() {
  open_ = false;
  due_writes_.clear();
  set_state("offline");
  alarm_->cancel();
  if (stopping_) {
    if (!std::exchange(closed_, true)) mapper_.closed(id_);
    return;
  }
  reopen_ = false;
  retry_at_.reset();
  wake();
}

void MappedDevice::open() {
  if (retry_at_ && mapper_.process_.now() < *retry_at_) {
    return alarm_->set(*retry_at_, [this] { turn(); });
  }
  call([] {}, [this] { appliance().reachable ? opened() : fail("no answer"); });
}

void MappedDevice::opened() {
  open_ = true;
  reads_.emplace(resolved_.properties, kRefresh, mapper_.process_.now());
  writes_.reopened();
  set_condition(wire::ConditionStatus::yes, "Online");
  set_state("online");
  mapper_.outputs_.want_delta(id_);
  turn();
}

bool MappedDevice::write_next() {
  if (due_writes_.empty()) {
    const auto due = writes_.due(mapper_.process_.now());
    due_writes_.assign(due.begin(), due.end());
  }
  while (!due_writes_.empty()) {
    const auto write = std::move(due_writes_.front());
    due_writes_.pop_front();
    if (!mapper_.outputs_.still_wanted(id_, write.property, write.value)) {
      writes_.withdraw(write.property);
      continue;
    }
    const auto* property = find(resolved_, write.property);
    const auto value = property ? device::check_value(property->model, write.value)
                                : Result<device::Value>(not_found("UnknownProperty", "no such property"));
    if (!value || property->model.access == device::AccessMode::read_only) {
      writes_.drop(write.property);
      continue;
    }
    mapper_.outputs_.writing(*device_, write.property, write.value);
    mapper_.journal_.note(mapper_.name_, "writes {} {}={}", id_.name, write.property, write.value);
    auto& target = appliance();
    const bool fails = !target.reachable || mapper_.process_.random().chance(target.fails);
    const bool works = target.reachable && (!fails || mapper_.process_.random().chance(0.5)) &&
                       !target.stubborn.contains(write.property);
    call(
        [&target, works, name = write.property, text = device::print_value(*value)] {
          if (works) target.values[name] = text;
        },
        [this, write, fails] { wrote(write, !fails); });
    return true;
  }
  return false;
}

void MappedDevice::wrote(const Write& write, bool answered) {
  const auto now = mapper_.process_.now();
  if (!answered) {
    writes_.failed(write.property, now);
    return appliance().reachable ? turn() : fail("a write was not answered");
  }
  const auto value = appliance().values[write.property];
  const auto* property = find(resolved_, write.property);
  const auto wanted =
      property ? device::check_value(property->model, write.value) : Result<device::Value>(Error{});
  if (!appliance().reads_back || !wanted) {
    writes_.written(write.property, now);
    reads_->soon(write.property, now);
  } else if (value == device::print_value(*wanted)) {
    writes_.written(write.property, now);
    writes_.seen(write.property, value);
    if (reads_->worth_reporting(write.property, value, now)) report({{write.property, value}});
  } else {
    writes_.failed(write.property, now);
    reads_->soon(write.property, now);
  }
  turn();
}

bool MappedDevice::read_due() {
  const auto names = reads_->due(mapper_.process_.now());
  if (names.empty()) return false;
  const auto values = std::make_shared<std::map<std::string, std::string>>();
  call([values, &target = appliance()] { *values = target.values; },
       [this, values, names] {
         if (!appliance().reachable) return fail("no answer");
         const auto now = mapper_.process_.now();
         reads_->done(names, now);
         std::map<std::string, std::string> news;
         for (const auto& name : names) {
           const auto& text = (*values)[name];
           writes_.seen(name, text);
           if (reads_->worth_reporting(name, text, now)) news.emplace(name, text);
         }
         if (!news.empty()) report(news);
         turn();
       });
  return true;
}

void MappedDevice::report(const std::map<std::string, std::string>& values) {
  const auto now_ms = to_unix_ms(mapper_.process_.timeline().wall());
  wire::TwinUpdate update{
      fmt::format("{}-{}", mapper_.name_, mapper_.process_.timeline().steps()), now_ms, {}};
  for (const auto& [name, value] : values) {
    wire::TwinEntry entry;
    entry.actual = wire::TwinValue{value, now_ms};
    if (const auto* property = find(resolved_, name)) entry.type = device::twin_type(property->model.type);
    update.twin.emplace(name, std::move(entry));
    mapper_.outputs_.reporting(*device_, name, value, update.event_id);
    mapper_.journal_.note(mapper_.name_, "reads {} {}={}", id_.name, name, value);
  }
  mapper_.outputs_.publish(wire::device_topic(wire::TopicKind::twin_update, id_),
                           wire::print_twin_update(update).dump());
}

void MappedDevice::fail(const std::string& why) {
  open_ = false;
  due_writes_.clear();
  const auto wait = backoff_.next(mapper_.process_.random().unit());
  retry_at_ = mapper_.process_.now() + wait;
  mapper_.journal_.note(mapper_.name_, "{} is closed: {}", id_.name, why);
  set_state("offline");
  set_condition(wire::ConditionStatus::no, "Backoff");
  turn();
}

void MappedDevice::sleep() {
  auto next = reads_->next_due();
  const auto next_write = writes_.next_due();
  if (!next || (next_write && *next_write < *next)) next = next_write;
  if (!next) return alarm_->cancel();
  alarm_->set(*next, [this] { turn(); });
}

void MappedDevice::call(Task effect, Task done) {
  auto& process = mapper_.process_;
  busy_ = true;
  alarm_->cancel();
  const auto time = process.random().time(appliance().fastest, appliance().slowest);
  process.timeline().after(time / 2, std::move(effect));
  process.after(time, [self = shared_from_this(), done = std::move(done)] {
    self->busy_ = false;
    if (self->reopen_ || self->stopping_) self->due_writes_.clear();
    done();
  });
}

Appliance& MappedDevice::appliance() {
  return mapper_.appliances_.at(device_->protocol.config_data.value("address", std::string()));
}

void MappedDevice::set_state(const std::string& state) {
  if (state == state_) return;
  state_ = state;
  const nlohmann::json payload{
      {"event_id", ""}, {"timestamp", to_unix_ms(mapper_.process_.timeline().wall())}, {"state", state}};
  mapper_.outputs_.publish(wire::device_topic(wire::TopicKind::state_update, id_), payload.dump());
}

void MappedDevice::set_condition(wire::ConditionStatus status, const std::string& reason) {
  mapper_.outputs_.conditions(
      id_, {{"MapperReady", status, reason, "as simulated", mapper_.process_.timeline().wall()}});
}

}  // namespace hearth::sim
