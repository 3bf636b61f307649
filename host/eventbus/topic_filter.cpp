// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/topic_filter.hpp"

#include <optional>

namespace hearth::eventbus {
namespace {

/// Walks over the levels of a topic; an empty level counts, so "a/" has two.
class Levels {
 public:
  explicit Levels(std::string_view text) : rest_(text) {}

  std::optional<std::string_view> next() {
    if (!rest_) return std::nullopt;
    const auto slash = rest_->find('/');
    const auto level = rest_->substr(0, slash);
    if (slash == std::string_view::npos) {
      rest_.reset();
    } else {
      rest_->remove_prefix(slash + 1);
    }
    return level;
  }
  bool at_end() const { return !rest_; }

 private:
  std::optional<std::string_view> rest_;
};

bool starts_with_wildcard(std::string_view filter) {
  return filter.front() == '+' || filter.front() == '#';
}

}  // namespace

bool is_topic_filter(std::string_view filter) {
  if (filter.empty()) return false;
  Levels levels(filter);
  while (const auto level = levels.next()) {
    const bool has_wildcard = level->find_first_of("+#") != std::string_view::npos;
    if (has_wildcard && level->size() > 1) return false;
    if (*level == "#" && !levels.at_end()) return false;
  }
  return true;
}

bool topic_matches(std::string_view filter, std::string_view topic) {
  if (topic.empty() || !is_topic_filter(filter)) return false;
  if (topic.front() == '$' && starts_with_wildcard(filter)) return false;
  Levels wanted(filter);
  Levels given(topic);
  while (const auto want = wanted.next()) {
    if (*want == "#") return true;  // also the parent level itself: "a/#" matches "a"
    const auto level = given.next();
    if (!level) return false;
    if (*want != "+" && *want != *level) return false;
  }
  return given.at_end();
}

}  // namespace hearth::eventbus
