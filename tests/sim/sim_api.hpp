// SPDX-License-Identifier: Apache-2.0
// A Kubernetes API of Devices and DeviceModels: versioned objects, conflicts, lists, watches that tell in order and
// late, answers that get lost, and times in which it is away.
// Thread: one.   Errors: as a Transport would return them.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cloud/kube/transport.hpp"
#include "sdk/base/error.hpp"
#include "tests/sim/timeline.hpp"

namespace hearth::sim {

enum class ApiKind { device, model };

class SimApi {
 public:
  using Object = std::shared_ptr<const nlohmann::json>;
  using Listed = std::function<void(Result<kube::ObjectList>)>;
  using Patched = std::function<void(Result<kube::ObjectPtr>, kube::ObjectPtr fresh)>;
  struct Watcher {
    std::function<void(kube::WatchEvent)> event;
    std::function<void(Result<void>)> ended;
  };

  explicit SimApi(Timeline& timeline) : timeline_(timeline), random_(timeline.random().split()) {}

  // The user, who sees everything at once.
  Object find(ApiKind kind, const std::string& name) const;
  /// Gives it uid, generation and version.
  void create(ApiKind kind, const std::string& name, nlohmann::json spec);
  /// A spec that is what it was makes no new version.
  void set_spec(ApiKind kind, const std::string& name, nlohmann::json spec);
  void remove(ApiKind kind, const std::string& name);
  const std::map<std::string, Object>& all(ApiKind kind) const { return objects_[index(kind)]; }

  // The controller's clients, who wait for answers; answers end with `life`.
  void list(ApiKind kind, const Life& life, Listed done);
  void watch(ApiKind kind, const std::string& version, const Life& life, Watcher watcher);
  void patch_status(const std::string& device, const nlohmann::json& body, const Life& life, Patched done);

  /// Away: calls fail late, some after they did their work; watches end.
  void set_away(bool away);
  /// Forgets history: a watch that is behind ends with an error.
  void compact();
  /// Ends all watches as a server does from time to time.
  void end_watches();
  std::uint64_t patches() const { return patches_; }

 private:
  struct Change {
    std::uint64_t version;
    ApiKind kind;
    kube::WatchEvent event;
  };
  struct Watch {
    ApiKind kind;
    std::uint64_t version;  ///< told up to here
    Watcher watcher;
    std::weak_ptr<const bool> life;
    bool ended = false;
  };

  static std::size_t index(ApiKind kind) { return kind == ApiKind::device ? 0 : 1; }
  void put(ApiKind kind, const std::string& name, nlohmann::json object, const char* type);
  void record(ApiKind kind, Object object, const char* type);
  void tell(const std::shared_ptr<Watch>& watch);
  void end(const std::shared_ptr<Watch>& watch, const Result<void>& result);
  void answer(const std::weak_ptr<const bool>& client, Duration delay, Task task);
  Result<Object> apply_patch(const std::string& device, const nlohmann::json& body);
  Duration delay() { return random_.time(Duration(200), Duration(30'000)); }

  Timeline& timeline_;
  Random random_;
  std::map<std::string, Object> objects_[2];
  std::uint64_t version_ = 100;
  std::uint64_t last_uid_ = 0;
  std::vector<Change> history_;
  std::uint64_t compacted_ = 0;  ///< versions up to here are forgotten
  std::vector<std::shared_ptr<Watch>> watches_;
  bool away_ = false;
  std::uint64_t patches_ = 0;
};

}  // namespace hearth::sim
