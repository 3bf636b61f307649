// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/simulation.hpp"

#include "tests/sim/world.hpp"

namespace hearth::sim {
namespace {

using std::chrono::seconds;

// Longer than the longest pauses together: a minute before a mapper, a link or a report is tried again.
constexpr seconds kLongestRest{420};
constexpr seconds kLook{4};
constexpr seconds kStaysRight{12};
constexpr std::uint64_t kMostSteps = 2'000'000;

void run_until(World& world, Time until) {
  while (world.timeline().step(until) && world.timeline().steps() < kMostSteps) {
  }
}

/// One thing that happens; by weight.
void something(World& world) {
  struct Choice {
    int weight;
    void (*happens)(World&);
  };
  static constexpr Choice kChoices[] = {
      {24, [](World& w) { w.user().patch_desired(); }},
      {6, [](World& w) { w.user().patch_momentary(); }},
      {8, [](World& w) { w.user().change_sensor(); }},
      {6, [](World& w) { w.user().switch_by_hand(); }},
      {5, [](World& w) { w.user().create_device(); }},
      {3, [](World& w) { w.user().delete_device(); }},
      {4, [](World& w) { w.user().recreate_device(); }},
      {4, [](World& w) { w.user().move_device(); }},
      {2, [](World& w) { w.user().edit_model(); }},
      {2, [](World& w) { w.user().edit_device(); }},
      {1, [](World& w) { w.user().delete_model(); }},
      {6, [](World& w) { w.cut_link(); }},
      {4, [](World& w) { w.flap_link(); }},
      {3, [](World& w) { w.black_hole(); }},
      {5, [](World& w) { w.kill_edge(); }},
      {3, [](World& w) { w.crash_in_commit(); }},
      {4, [](World& w) { w.kill_cloud(); }},
      {4, [](World& w) { w.stop_broker(); }},
      {3, [](World& w) { w.hurt_disk(); }},
      {2, [](World& w) { w.lock_database(); }},
      {2, [](World& w) { w.slow_disk(); }},
      {3, [](World& w) { w.api_away(); }},
      {3, [](World& w) { w.api_hiccup(); }},
      {3, [](World& w) { w.appliance_away(); }},
  };
  int total = 0;
  for (const auto& choice : kChoices)
    total += choice.weight;
  auto left = world.random().between(1, total);
  for (const auto& choice : kChoices) {
    left -= choice.weight;
    if (left <= 0) return choice.happens(world);
  }
}

void use(World& world) {
  auto& random = world.random();
  const int events = random.between(5, 30);
  const auto longest = random.chance(0.5) ? Duration(500'000) : Duration(6'000'000);
  for (int i = 0; i < events; ++i) {
    run_until(world, world.timeline().now() + random.time(Duration(0), longest));
    something(world);
  }
}

/// Until everything is as it should be, and stays so for a while.
void rest(World& world) {
  const auto end = world.timeline().now() + kLongestRest;
  std::string mismatch = world.mismatch();
  for (Time right_since{}; world.timeline().now() < end;) {
    run_until(world, world.timeline().now() + kLook);
    mismatch = world.mismatch();
    if (!mismatch.empty()) right_since = Time{};
    if (mismatch.empty() && right_since == Time{}) right_since = world.timeline().now();
    if (mismatch.empty() && world.timeline().now() - right_since >= kStaysRight) return;
  }
  world.journal().fail("not at rest {} s after all troubles: {}", kLongestRest.count(), mismatch);
}

}  // namespace

Outcome simulate(std::uint64_t seed, bool print) {
  World world(seed, print);
  auto& random = world.random();
  world.user().prepare(random.between(1, 2), random.between(1, 6));
  for (int i = random.between(1, 4); i > 0; --i)
    world.user().create_device();
  world.start();
  use(world);
  world.heal();
  rest(world);
  const auto now = world.timeline().now().time_since_epoch();
  return {world.journal().failures(), world.journal().digest(), world.timeline().steps(),
          std::chrono::duration<double>(now).count()};
}

}  // namespace hearth::sim
