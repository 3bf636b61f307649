// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/world.hpp"

namespace hearth::sim {
namespace {

constexpr double kHearthPeers = 0.75;
constexpr const char* kWho = "world";

}  // namespace

World::World(std::uint64_t seed, bool print)
    : timeline_(seed),
      random_(timeline_.random().split()),
      journal_(timeline_, print),
      api_(timeline_),
      ledger_(timeline_, journal_, api_, appliances_),
      hearth_peers_(random_.chance(kHearthPeers)) {
  const int edges = random_.chance(0.4) ? 2 : 1;
  std::vector<std::string> nodes;
  for (int i = 1; i <= edges; ++i) {
    nodes.push_back(fmt::format("edge-{}", i));
    edges_.push_back(std::make_unique<EdgeMachine>(Surroundings{timeline_, journal_, ledger_, appliances_},
                                                   nodes.back(), hearth_peers_));
  }
  user_ = std::make_unique<User>(timeline_, journal_, api_, ledger_, appliances_, nodes);
  journal_.note(kWho, "{} edges, {} peers", edges, hearth_peers_ ? "Hearth" : "stock");
}

World::~World() = default;

void World::start() {
  start_cloud();
  for (const auto& edge : edges_)
    edge->start();
}

Duration World::a_while(int low_ms, int high_ms) {
  return random_.time(std::chrono::milliseconds(low_ms), std::chrono::milliseconds(high_ms));
}

EdgeMachine& World::pick_edge() {
  return *edges_[random_.below(edges_.size())];
}

void World::start_cloud() {
  if (cloud_) return;
  journal_.note(kWho, "the cloud starts");
  cloud_ = std::make_unique<SimCloud>(timeline_, api_, journal_,
                                      [this](const wire::HubMessage& answer) { ledger_.answered(answer); });
  for (const auto& edge : edges_) {
    edge->network().listen([this, name = edge->name()](std::shared_ptr<Connection> connection) {
      cloud_->accept(name, hearth_peers_, std::move(connection));
    });
  }
}

void World::stop_cloud() {
  if (!cloud_) return;
  journal_.note(kWho, "the cloud is killed");
  for (const auto& edge : edges_)
    edge->network().listen(nullptr);
  cloud_.reset();
}

void World::cut_link() {
  auto& edge = pick_edge();
  journal_.note(kWho, "the link of {} is cut", edge.name());
  edge.network().set(Weather::cut);
  timeline_.after(a_while(500, 60'000), [&edge] { edge.network().set(Weather::fine); });
}

void World::flap_link() {
  auto& edge = pick_edge();
  journal_.note(kWho, "the link of {} flaps", edge.name());
  edge.network().set(Weather::cut);
  edge.network().set(Weather::fine);
}

void World::black_hole() {
  auto& edge = pick_edge();
  journal_.note(kWho, "the link of {} falls silent", edge.name());
  edge.network().set(Weather::black_hole);
  timeline_.after(a_while(1'000, 40'000), [&edge] { edge.network().set(Weather::fine); });
}

void World::kill_edge() {
  auto& edge = pick_edge();
  edge.kill(random_.chance(0.5));
  timeline_.after(a_while(100, 20'000), [&edge] { edge.start(); });
}

void World::crash_in_commit() {
  auto& edge = pick_edge();
  if (!edge.is_running()) return;
  edge.disk().stop_after(static_cast<unsigned>(random_.between(1, 10)));
  timeline_.after(a_while(10, 500), [this, &edge] { edge.kill(random_.chance(0.7)); });
  timeline_.after(a_while(1'000, 5'000), [&edge] { edge.start(); });
}

void World::kill_cloud() {
  stop_cloud();
  timeline_.after(a_while(500, 30'000), [this] { start_cloud(); });
}

void World::stop_broker() {
  auto& edge = pick_edge();
  journal_.note(kWho, "the broker of {} stops", edge.name());
  edge.broker().stop();
  timeline_.after(a_while(50, 20'000), [&edge] { edge.broker().start(); });
}

void World::hurt_disk() {
  auto& edge = pick_edge();
  const bool full = random_.chance(0.7);
  journal_.note(kWho, "the disk of {} is {}", edge.name(), full ? "full" : "broken");
  edge.disk().set_fault(full ? DiskFault::full : DiskFault::broken);
  timeline_.after(a_while(2'000, 30'000), [&edge] { edge.disk().set_fault(DiskFault::none); });
}

void World::lock_database() {
  auto& edge = pick_edge();
  journal_.note(kWho, "the database of {} is locked", edge.name());
  edge.store().locked = true;
  timeline_.after(a_while(1'000, 30'000), [&edge] { edge.store().locked = false; });
}

void World::slow_disk() {
  auto& edge = pick_edge();
  journal_.note(kWho, "the disk of {} is slow", edge.name());
  edge.store().slowest = Duration(2'000'000);
  timeline_.after(a_while(2'000, 30'000), [&edge] { edge.store().slowest = StoreConditions().slowest; });
}

void World::api_away() {
  journal_.note(kWho, "the API is away");
  api_.set_away(true);
  timeline_.after(a_while(500, 20'000), [this] { api_.set_away(false); });
}

void World::api_hiccup() {
  journal_.note(kWho, "watches end");
  random_.chance(0.5) ? api_.end_watches() : api_.compact();
}

void World::appliance_away() {
  if (appliances_.empty()) return;
  const auto place = static_cast<std::ptrdiff_t>(random_.below(appliances_.size()));
  auto& [address, appliance] = *std::next(appliances_.begin(), place);
  journal_.note(kWho, "{} is away", address);
  appliance.reachable = false;
  timeline_.after(a_while(2'000, 30'000), [&appliance] { appliance.reachable = true; });
}

void World::heal() {
  journal_.note(kWho, "all troubles are over");
  api_.set_away(false);
  user_->restore_models();
  user_->settle_appliances();
  for (const auto& edge : edges_) {
    edge->network().set(Weather::fine);
    edge->disk().set_fault(DiskFault::none);
    edge->store() = {};
    edge->broker().start();
    if (edge->disk().stopped()) edge->kill(false);
    edge->start();
  }
  start_cloud();
}

}  // namespace hearth::sim
