// SPDX-License-Identifier: Apache-2.0
// The last changes, by kind: what older states and the beginnings of watches are made from. An object that is still there, or
// that two changes share, is counted once.
// Thread: plain value.   Errors: none.   Bound: 100,000 changes and 16 MiB; of great objects 1,024 changes, or 64 MiB.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "cloud/api/store/change.hpp"

namespace hearth::api {

class ChangeWindow {
 public:
  using Changes = std::deque<ChangePtr>;

  static constexpr std::size_t kMost = 100'000;
  static constexpr std::size_t kMostBytes = 16 * 1024 * 1024;
  /// So many are kept beyond kMostBytes.
  static constexpr std::size_t kFew = 1024;
  static constexpr std::size_t kMostBytesOfFew = 64 * 1024 * 1024;

  ChangeWindow() = default;
  ChangeWindow(const ChangeWindow&) = delete;
  ChangeWindow& operator=(const ChangeWindow&) = delete;

  /// Forgets all: what happened up to `version` is not here.
  void begin_after(std::uint64_t version);
  /// Newer than all that are here.
  void add(const ChangePtr& change);

  /// All changes after this version are here.
  std::uint64_t start() const { return start_; }
  std::size_t size() const { return order_.size(); }
  /// What would be free without it.
  std::size_t bytes() const { return bytes_; }

  /// Calls `visit` for each change of the kind after `version`, the oldest first.
  template <class Visit>
  void visit_after(const std::string& resource, std::uint64_t version, Visit visit) const {
    const auto found = kinds_.find(resource);
    if (found == kinds_.end()) return;
    for (auto at = first_after(found->second, version); at != found->second.end(); ++at)
      visit(*at);
  }

 private:
  using Kinds = std::map<std::string, Changes>;
  struct Kept {
    Kinds::iterator kind;  ///< it is the oldest there
    std::size_t bytes;
  };

  static Changes::const_iterator first_after(const Changes& changes, std::uint64_t version);
  bool too_much() const;
  void drop_oldest();

  Kinds kinds_;
  std::deque<Kept> order_;
  std::size_t bytes_ = 0;
  std::uint64_t start_ = 0;
};

}  // namespace hearth::api
