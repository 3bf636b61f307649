// SPDX-License-Identifier: Apache-2.0
#include "plugins/virtual/options.hpp"

#include <cmath>

namespace hearth::virtual_device {
namespace {

using device::PropertyType;
using device::Value;
using mapper::Config;

/// Text as a manifest holds it: strings as they are, numbers and booleans as JSON prints them.
std::string plain_text(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

Value read_initial(const mapper::PropertyConfig& property, Config& config) {
  const auto* initial = config.find("initial");
  if (!initial) return zero_of(property.type);
  if (initial->is_structured()) {
    config.issue("initial", "expected one value, found a list or an object");
    return zero_of(property.type);
  }
  auto value = device::parse_value(property.type, plain_text(*initial));
  if (value) return *value;
  config.issue("initial", value.error().text);
  return zero_of(property.type);
}

std::optional<WaveformOptions> read_waveform(std::uint64_t seed, Config& config) {
  const auto shape = config.choice<Shape>("waveform", {{"constant", Shape::constant},
                                                       {"toggle", Shape::toggle},
                                                       {"ramp", Shape::ramp},
                                                       {"sine", Shape::sine},
                                                       {"random-walk", Shape::random_walk}});
  WaveformOptions out;
  out.seed = seed;
  out.min = config.number("min").value_or(out.min);
  out.max = config.number("max").value_or(std::max(out.max, out.min));
  constexpr std::int64_t kDay = 24LL * 3600 * 1000;
  out.period = std::chrono::milliseconds(config.integer("periodMs", 1, kDay).value_or(out.period.count()));
  if (out.min > out.max) config.issue("min", "min is greater than max");
  if (!shape) {
    for (const auto* key : {"min", "max", "periodMs"}) {
      if (!config.has("waveform") && config.has(key)) config.issue(key, "it needs a waveform beside it");
    }
    return std::nullopt;
  }
  out.shape = *shape;
  return out;
}

}  // namespace

PropertyOptions read_options(const mapper::PropertyConfig& property, std::uint64_t seed, Config& config) {
  PropertyOptions out{.type = property.type, .read_only = property.read_only};
  out.initial = read_initial(property, config);
  out.waveform = read_waveform(seed, config);
  constexpr std::int64_t kMaxLatency = 60'000;
  out.latency = std::chrono::milliseconds(config.integer("latencyMs", 0, kMaxLatency).value_or(0));
  out.fail_every = config.integer("failEvery", 1);
  if (auto file = config.text("file")) out.file = *file;
  if (out.waveform && !property.read_only)
    config.issue("waveform", "only a ReadOnly property can follow a waveform");
  if (out.waveform && out.file) config.issue("file", "a property has either a waveform or a file");
  if (out.file && config.has("initial")) config.issue("initial", "the file holds the value; write it there");
  return out;
}

std::uint64_t read_seed(const mapper::DeviceConfig& device, std::vector<mapper::Issue>& issues) {
  Config config(device.config, mapper::protocol_path(), issues);
  return static_cast<std::uint64_t>(config.integer("seed", 0).value_or(0));
}

Value zero_of(PropertyType type) {
  switch (type) {
    case PropertyType::integer:
      return std::int64_t{0};
    case PropertyType::single:
      return 0.0F;
    case PropertyType::real:
      return 0.0;
    case PropertyType::string:
      return std::string();
    case PropertyType::boolean:
      return false;
    case PropertyType::bytes:
      return device::Bytes();
  }
  return std::string();
}

Value value_of(double number, PropertyType type, const WaveformOptions& range) {
  switch (type) {
    case PropertyType::integer:
      return static_cast<std::int64_t>(std::llround(number));
    case PropertyType::single:
      return static_cast<float>(number);
    case PropertyType::real:
      return number;
    case PropertyType::string:
      return device::print_value(number);
    case PropertyType::boolean:
      return range.max > range.min ? number > (range.min + range.max) / 2 : number != 0;
    case PropertyType::bytes: {
      const auto text = device::print_value(number);
      return device::Bytes(text.begin(), text.end());
    }
  }
  return number;
}

}  // namespace hearth::virtual_device
