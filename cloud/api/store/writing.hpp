// SPDX-License-Identifier: Apache-2.0
// One write: changes the latest state at once and remembers how to undo that.
// Thread: on the store's strand.   Errors: none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/api/store/object_store.hpp"

namespace hearth::api {

/// The state with writes that are not committed yet.
struct LatestState {
  Objects objects;
  std::uint64_t last_version = 0;  ///< given out
};

/// Of one object, as it is stored.
inline constexpr std::size_t kMaxObject = 3 * 1024 * 1024 / 2;

class Writing final : public Transaction {
 public:
  Writing(LatestState& latest, bool dry_run) : latest_(latest), dry_run_(dry_run) {}

  ObjectPtr get(const Key& key) const override;
  std::vector<ObjectPtr> list(const std::string& resource, const std::string& ns) const override;
  bool holds(const std::string& resource) const override;
  bool namespace_empty(const std::string& ns) const override;
  std::vector<Key> keys_in_namespace(const std::string& ns) const override;
  ObjectPtr put(const Key& key, nlohmann::json object) override;
  ObjectPtr put_status(const Key& key, std::string_view status) override;
  ObjectPtr erase(const Key& key, nlohmann::json last) override;
  const Objects& all() const override { return latest_.objects; }
  void put_back(const Key& key, const ObjectPtr& object) override;
  void skip_versions(std::uint64_t up_to) override;

  /// Whether an object would be stored that is larger than kMaxObject.
  bool oversized() const;
  void undo();
  std::vector<ChangePtr> take() { return std::move(changes_); }

 private:
  void set(const Key& key, const ObjectPtr& object);
  std::shared_ptr<Change> begin(const Key& key);
  ObjectPtr change(const Key& key, nlohmann::json object, bool deleted);
  ObjectPtr finish(std::shared_ptr<Change> made);

  LatestState& latest_;
  bool dry_run_;
  std::vector<ChangePtr> changes_;
};

}  // namespace hearth::api
