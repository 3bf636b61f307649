// SPDX-License-Identifier: Apache-2.0
#include "host/mapper/managed_device.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <utility>

namespace hearth::runtime {
namespace {

using mapper::StatusClass;
using std::chrono::steady_clock;
using wire::ConditionStatus;

/// The text as it will be read back: "ON" of a BOOLEAN is "true", and need not be written to what shows that.
std::string as_read_back(const device::ResolvedProperty& property, const std::string& text) {
  const auto value = device::parse_value(property.model.type, text);
  return value ? device::print_value(*value) : text;
}

}  // namespace

ManagedDevice::ManagedDevice(const Surroundings& around, DeviceId id)
    : around_(around),
      life_{.around = around,
            .id = std::move(id),
            .word = {around, life_.id},
            .writes = {around.options.min_backoff, around.options.max_backoff},
            .backoff = {around.options.min_backoff, around.options.max_backoff},
            .rest = Rest(around.io),
            .calls = std::make_shared<MapperCalls>(around.io, around.options.call_deadline, [this] {
              life_.word.condition(ConditionStatus::no, "BusStuck",
                                   "the mapper does not come back from a call; its bus waits");
            })} {}

void ManagedDevice::start(std::function<void()> finished) {
  finished_ = std::move(finished);
  begin();
}

void ManagedDevice::begin() {
  life_.rest.begin();
  auto setup = prepare();
  if (setup) {
    served_ = true;
    boost::asio::co_spawn(around_.io, connect_and_serve(std::move(*setup)),
                          [self = shared_from_this()](std::exception_ptr problem) { self->ended(problem); });
    return;
  }
  life_.word.condition(ConditionStatus::no, setup.error().code, setup.error().text);
  // Also at first: a host that was killed has left its devices "online".
  life_.word.state("offline");
}

void ManagedDevice::begin_anew() {
  if (served_) return life_.rest.reopen();
  if (finished_ && !life_.rest.stopping()) begin();
}

void ManagedDevice::ended(std::exception_ptr problem) {
  served_ = false;
  try {
    if (problem) std::rethrow_exception(problem);
    if (!life_.rest.stopping()) return begin();
  } catch (const std::exception& error) {
    life_.word.condition(ConditionStatus::no, "Internal",
                         fmt::format("the host gave this device up: {}", error.what()));
  }
  finish();
}

void ManagedDevice::finish() {
  if (const auto finished = std::exchange(finished_, nullptr)) finished();
}

/// `finished` comes later in any case, as its owner may be in the middle of stopping others.
void ManagedDevice::stop() {
  life_.rest.stop();
  if (!served_) boost::asio::post(around_.io, [self = shared_from_this()] { self->finish(); });
}

void ManagedDevice::set(const device::Device& device, const device::DeviceModel* model) {
  model_name_ = device.model_name;
  auto next = model ? std::make_shared<const Wiring>(make_wiring(device, *model)) : nullptr;
  if (next && wiring_ && *next == *wiring_) return;
  wiring_ = std::move(next);
  begin_anew();
}

void ManagedDevice::want(const std::map<std::string, std::string>& desired) {
  const auto now = steady_clock::now();
  for (const auto& [name, value] : desired) {
    // Anybody on the broker can name properties; only those of the device are remembered.
    const auto* property = wiring_ ? wiring_->find(name) : nullptr;
    if (property) life_.writes.want(name, as_read_back(*property, value), now);
  }
  life_.rest.wake();
}

void ManagedDevice::look_again() {
  if (mapper_ && wiring_) {
    const auto now_chosen = find_mapper();
    if (now_chosen && *now_chosen == mapper_) return;
  }
  begin_anew();
}

Result<std::shared_ptr<plugin::LoadedMapper>> ManagedDevice::find_mapper() const {
  const auto& device = wiring_->device;
  auto entry =
      around_.catalogue.choose(device.model_name, device.protocol_name, around_.options.mapper_of_model);
  if (!entry) return std::move(entry).error();
  return around_.catalogue.load(*entry);
}

Result<Setup> ManagedDevice::prepare() const {
  if (!wiring_) {
    return not_found("ModelMissing", fmt::format("DeviceModel {} is not known to this node", model_name_));
  }
  auto mapper = find_mapper();
  if (!mapper) return std::move(mapper).error();
  auto issues = wiring_->issues;
  const auto wrong_config = (*mapper)->validate(wiring_->device);
  issues.insert(issues.end(), wrong_config.begin(), wrong_config.end());
  if (!issues.empty()) return invalid("ConfigInvalid", list_issues(issues));
  const auto key = (*mapper)->bus_key(wiring_->device);
  if (!key) return invalid("ConfigInvalid", key.error().text);
  return Setup{std::move(*mapper), wiring_, around_.buses.get(*key)};
}

boost::asio::awaitable<void> ManagedDevice::connect_and_serve(Setup setup) {
  life_.word.condition(ConditionStatus::no, "Connecting",
                       fmt::format("mapper {} is opening the device", setup.mapper->note().name));
  auto open = [mapper = setup.mapper, wiring = setup.wiring, deadline = life_.calls->deadline()] {
    return mapper->open(wiring->device, deadline);
  };
  auto opened = co_await life_.calls->run(setup.bus, std::move(open));
  if (opened.has_error()) {
    co_await back_off(opened.error());
    co_return;
  }
  mapper_ = setup.mapper;
  life_.writes.reopened();
  DeviceSession session(life_, std::move(setup), std::move(*opened));
  const auto why = co_await session.serve();
  mapper_.reset();
  co_await session.close();
  if (!life_.rest.undisturbed()) {
    life_.word.state("offline");
    co_return;
  }
  co_await back_off(why);
}

boost::asio::awaitable<void> ManagedDevice::back_off(mapper::Status why) {
  life_.word.state("offline");
  const bool hopeless = why.cls == StatusClass::config;
  const auto wait = life_.backoff.next();
  const auto until = hopeless ? std::nullopt : std::optional(steady_clock::now() + wait);
  life_.word.condition(ConditionStatus::no, hopeless ? "ConfigInvalid" : "Backoff", why.text);
  // Desired values that arrive meanwhile wake the timer but do not shorten the wait.
  while (life_.rest.undisturbed() && (!until || steady_clock::now() < *until))
    co_await life_.rest.until(until);
}

}  // namespace hearth::runtime
