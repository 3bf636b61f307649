// SPDX-License-Identifier: Apache-2.0
// Everything there is in one simulation, put together; and the troubles that befall it.
// Thread: one.   Errors: none of its own.
#pragma once

#include <memory>
#include <vector>

#include "tests/sim/edge_machine.hpp"
#include "tests/sim/sim_cloud.hpp"
#include "tests/sim/user.hpp"

namespace hearth::sim {

class World {
 public:
  World(std::uint64_t seed, bool print);
  ~World();

  // Each ends by itself after a while.
  void cut_link();
  void flap_link();
  void black_hole();
  void kill_edge();
  void crash_in_commit();
  void kill_cloud();
  void stop_broker();
  void hurt_disk();
  void lock_database();
  void slow_disk();
  void api_away();
  void api_hiccup();
  void appliance_away();
  /// All troubles are over.
  void heal();

  void start();
  /// What is not yet as it should be in the end, if anything.
  std::string mismatch() const;

  Timeline& timeline() { return timeline_; }
  Journal& journal() { return journal_; }
  Random& random() { return random_; }
  User& user() { return *user_; }

 private:
  EdgeMachine& pick_edge();
  void start_cloud();
  void stop_cloud();
  std::string mismatch_of_nodes() const;
  std::string mismatch_of(const DeviceRecord& record) const;
  std::string mismatch_of(const DeviceRecord& record, const PropertySpec& property,
                          const nlohmann::json& object) const;
  Duration a_while(int low_ms, int high_ms);

  Timeline timeline_;
  Random random_;
  Journal journal_;
  Appliances appliances_;
  SimApi api_;
  Ledger ledger_;
  const bool hearth_peers_;
  std::vector<std::unique_ptr<EdgeMachine>> edges_;
  std::unique_ptr<SimCloud> cloud_;
  std::unique_ptr<User> user_;
};

}  // namespace hearth::sim
