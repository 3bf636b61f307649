// SPDX-License-Identifier: Apache-2.0
// A simulated gateway: disk, broker and link that outlive the host's process, and the process with the real DeviceTwin,
// put together as host.cpp does it.
// Thread: one.   Errors: a host that cannot open its database is started again a little later.
#pragma once

#include <memory>
#include <string>

#include "host/twin/device_twin.hpp"
#include "tests/sim/edge_link.hpp"
#include "tests/sim/ledger.hpp"
#include "tests/sim/sim_bus.hpp"
#include "tests/sim/sim_mapper.hpp"
#include "tests/sim/sim_store.hpp"

namespace hearth::sim {

/// What all machines of a simulation share.
struct Surroundings {
  Timeline& timeline;
  Journal& journal;
  Ledger& ledger;
  Appliances& appliances;
};

class EdgeMachine {
 public:
  EdgeMachine(Surroundings around, std::string name, bool hearth_peer);
  ~EdgeMachine();

  void start();
  /// The process ends as by kill -9; `power_cut`: with it what the disk had not been told to keep.
  void kill(bool power_cut);
  bool is_running() const { return host_ != nullptr; }

  const std::string& name() const { return name_; }
  Network& network() { return network_; }
  Broker& broker() { return broker_; }
  Disk& disk() { return disk_; }
  StoreConditions& store() { return conditions_; }

  /// Of the running host.
  std::size_t device_count() const;
  double pending_reports() const;
  std::size_t waiting_jobs() const;
  std::size_t waiting_bytes() const;

 private:
  class Host;

  Surroundings around_;
  const std::string name_;
  const bool hearth_peer_;
  Disk disk_;
  DiskVfs vfs_;
  StoreConditions conditions_;
  Broker broker_;
  Network network_;
  std::unique_ptr<Host> host_;
};

}  // namespace hearth::sim
