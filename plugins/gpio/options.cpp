// SPDX-License-Identifier: Apache-2.0
#include "plugins/gpio/options.hpp"

#include <algorithm>
#include <limits>

namespace hearth::gpio {
namespace {

using device::PropertyType;
using device::Value;
using mapper::Config;

constexpr std::size_t kMaxConsumer = 31;
constexpr std::int64_t kMaxOffset = std::numeric_limits<std::uint16_t>::max();

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// gpiochip0, /dev/gpiochip0 or 0: what may be another chip after the next boot.
bool is_chip_name(std::string_view text) {
  for (const std::string_view prefix : {"/dev/", "gpiochip"}) {
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  }
  return is_number(text);
}

std::optional<LineAddress> read_line_key(std::string_view key, Config& config) {
  const auto* value = config.find(key);
  if (!value) return std::nullopt;
  if (value->is_string() && !is_number(value->get_ref<const std::string&>())) {
    return LineAddress(value->get<std::string>());
  }
  if (value->is_string()) {
    const auto& digits = value->get_ref<const std::string&>();
    const auto number = device::parse_value(PropertyType::integer, digits);
    if (number && std::get<std::int64_t>(*number) <= kMaxOffset) {
      return LineAddress(Offset{static_cast<std::uint32_t>(std::get<std::int64_t>(*number))});
    }
    config.issue(key, "the offset " + digits + " is too large");
    return std::nullopt;
  }
  const auto offset = config.integer(key, 0, kMaxOffset);
  if (!offset) return std::nullopt;
  return LineAddress(Offset{static_cast<std::uint32_t>(*offset)});
}

LineAddress read_line(Config& config) {
  if (config.has("line") && config.has("pin"))
    config.issue("pin", "it means the same as line; give one of them");
  if (!config.has("line") && !config.has("pin")) {
    config.issue("line", "it is missing; give the name or the offset of the line");
  }
  const auto line = read_line_key(config.has("line") ? "line" : "pin", config);
  return line.value_or(LineAddress(Offset{}));
}

Direction read_direction(bool read_only, Config& config) {
  const auto fitting = read_only ? Direction::input : Direction::output;
  const auto direction = config.choice<Direction>("direction", {{"input", Direction::input},
                                                                {"output", Direction::output},
                                                                {"in", Direction::input},
                                                                {"out", Direction::output}});
  if (direction && *direction != fitting) {
    config.issue("direction", read_only ? "a ReadOnly property needs direction input"
                                        : "a ReadWrite property needs direction output");
  }
  return fitting;
}

std::optional<bool> read_initial(const LineRequest& request, PropertyType type, Config& config) {
  const auto* initial = config.find("initial");
  if (!initial) return std::nullopt;
  if (request.direction == Direction::input) config.issue("initial", "only an output has an initial value");
  if (initial->is_structured()) {
    config.issue("initial", "expected one value, found a list or an object");
    return std::nullopt;
  }
  const auto text = initial->is_string() ? initial->get<std::string>() : initial->dump();
  const auto value = device::parse_value(type, text);
  if (!value) {
    config.issue("initial", value.error().text);
    return std::nullopt;
  }
  const auto level = level_of(*value);
  if (level) return *level;
  config.issue("initial", level.error().text);
  return std::nullopt;
}

}  // namespace

DeviceOptions read_device(const mapper::DeviceConfig& device, std::vector<mapper::Issue>& issues) {
  Config config(device.config, mapper::protocol_path(), issues);
  DeviceOptions out;
  const auto chip = config.text("chip").value_or("");
  const auto label = config.text("label");
  if (!config.has("chip")) config.issue("chip", "it is missing; give the chip's label (gpiodetect shows it)");
  if (is_chip_name(chip)) {
    out.chip = {chip, label.value_or("")};
    if (!label) {
      config.issue("chip", chip +
                               " may be another chip after the next boot; give the chip's label instead, or "
                               "beside it as label (gpiodetect shows it)");
    }
  } else {
    out.chip = {"", chip};
    if (label && *label != chip) config.issue("label", "chip is a label already, and another one");
  }
  out.consumer = config.text("consumer").value_or("hearth:" + device.name).substr(0, kMaxConsumer);
  return out;
}

PropertyOptions read_property(const mapper::PropertyConfig& property, const std::string& consumer,
                              Config& config) {
  PropertyOptions out{.type = property.type};
  auto& request = out.request;
  request.line = read_line(config);
  request.consumer = consumer;
  request.direction = read_direction(property.read_only, config);
  request.active_low = config.boolean("activeLow").value_or(false);
  request.bias = config
                     .choice<Bias>("bias", {{"as-is", Bias::as_is},
                                            {"disabled", Bias::disabled},
                                            {"pull-up", Bias::pull_up},
                                            {"pull-down", Bias::pull_down}})
                     .value_or(Bias::as_is);
  request.drive = config
                      .choice<Drive>("drive", {{"push-pull", Drive::push_pull},
                                               {"open-drain", Drive::open_drain},
                                               {"open-source", Drive::open_source}})
                      .value_or(Drive::push_pull);
  if (request.direction == Direction::input && config.has("drive")) {
    config.issue("drive", "only an output is driven");
  }
  constexpr std::int64_t kMaxDebounce = 1000;
  out.debounce = std::chrono::milliseconds(config.integer("debounceMs", 0, kMaxDebounce).value_or(0));
  if (request.direction == Direction::output && config.has("debounceMs")) {
    config.issue("debounceMs", "only an input bounces");
  }
  const bool fits = property.type == PropertyType::boolean || property.type == PropertyType::integer ||
                    property.type == PropertyType::string;
  if (!fits) config.issue("", "a line carries BOOLEAN, INT (0, 1) or STRING (ON, OFF)");
  if (fits) request.initial = read_initial(request, property.type, config);
  return out;
}

mapper::Expected<bool> level_of(const Value& value) {
  if (const auto* boolean = std::get_if<bool>(&value)) return *boolean;
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    if (*number == 0 || *number == 1) return *number == 1;
    return mapper::point_error("a line takes 0 or 1, not " + std::to_string(*number));
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    // Exactly these, so that what is reported equals what was desired.
    if (*text == "ON" || *text == "OFF") return *text == "ON";
    return mapper::point_error("a line takes ON or OFF, not '" + text->substr(0, 32) + "'");
  }
  return mapper::point_error("a line takes a BOOLEAN, INT or STRING");
}

Value value_of(bool active, PropertyType type) {
  if (type == PropertyType::integer) return std::int64_t{active ? 1 : 0};
  if (type == PropertyType::string) return std::string(active ? "ON" : "OFF");
  return active;
}

}  // namespace hearth::gpio
