// SPDX-License-Identifier: Apache-2.0
// What one message costs: the envelope, a twin update, a topic, a value.
#include <benchmark/benchmark.h>

#include "sdk/device/device.hpp"
#include "sdk/wire/hub_message.hpp"
#include "sdk/wire/topic.hpp"
#include "sdk/wire/twin_document.hpp"

namespace {

using namespace hearth;

constexpr std::int64_t kNow = 1'767'225'605'000;

/// A report of `count` properties.
wire::TwinUpdate update_of(std::int64_t count) {
  wire::TwinUpdate update{"0d4a6c54-3b5f-4b07-a9b0-6e3cf6f7b1a2", kNow, {}};
  for (std::int64_t i = 0; i < count; ++i) {
    wire::TwinEntry entry;
    entry.actual = wire::TwinValue{"20.5", kNow};
    entry.type = "double";
    update.twin.emplace("temperature-" + std::to_string(i), std::move(entry));
  }
  return update;
}

wire::HubMessage report_of(std::int64_t count) {
  wire::Route route{"twin", "resource", "update", "device/default/thermometer/twin/edge_updated"};
  return wire::make_message(std::move(route), wire::print_twin_update(update_of(count)), kNow);
}

void count_bytes(benchmark::State& state, std::size_t size) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size));
}

void print_hub_message(benchmark::State& state) {
  const auto message = report_of(state.range(0));
  for (auto _ : state)
    benchmark::DoNotOptimize(wire::print(message));
  count_bytes(state, wire::print(message).size());
}

void parse_hub_message(benchmark::State& state) {
  const auto text = wire::print(report_of(state.range(0)));
  for (auto _ : state)
    benchmark::DoNotOptimize(wire::parse_hub_message(text));
  count_bytes(state, text.size());
}

void parse_twin_update(benchmark::State& state) {
  const auto text = wire::print_twin_update(update_of(state.range(0))).dump();
  for (auto _ : state)
    benchmark::DoNotOptimize(wire::parse_twin_update(text));
  count_bytes(state, text.size());
}

void parse_topic(benchmark::State& state) {
  const std::string text = "$hw/events/device/default/thermometer/twin/update";
  for (auto _ : state)
    benchmark::DoNotOptimize(wire::parse_topic(text));
}

void check_value(benchmark::State& state) {
  device::ModelProperty property;
  property.name = "temperature";
  property.type = device::PropertyType::real;
  property.minimum = -40;
  property.maximum = 120;
  for (auto _ : state)
    benchmark::DoNotOptimize(device::check_value(property, "20.5"));
}

BENCHMARK(print_hub_message)->Arg(1)->Arg(16);
BENCHMARK(parse_hub_message)->Arg(1)->Arg(16);
BENCHMARK(parse_twin_update)->Arg(1)->Arg(16);
BENCHMARK(parse_topic);
BENCHMARK(check_value);

}  // namespace

BENCHMARK_MAIN();
