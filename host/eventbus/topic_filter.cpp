// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/topic_filter.hpp"

#include <algorithm>
#include <optional>

#include "sdk/base/utf8.hpp"

namespace hearth::eventbus {
namespace {

constexpr std::size_t kMaxTopic = 65'535;

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

bool starts_with_wildcard(const std::vector<std::string>& filter) {
  return filter.front() == "+" || filter.front() == "#";
}

using Views = std::vector<std::string_view>;

bool levels_match(const std::vector<std::string>& wanted, const Views& given) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == "#") return true;  // also the parent level itself: "a/#" matches "a"
    if (i == given.size() || (wanted[i] != "+" && wanted[i] != given[i])) return false;
  }
  return wanted.size() == given.size();
}

template <class Level>
std::vector<Level> split(std::string_view text) {
  std::vector<Level> all;
  Levels levels(text);
  while (const auto level = levels.next())
    all.emplace_back(*level);
  return all;
}

}  // namespace

bool is_topic(std::string_view name) {
  constexpr std::string_view kNone("+#\0", 3);
  return !name.empty() && name.size() <= kMaxTopic && name.find_first_of(kNone) == name.npos && is_utf8(name);
}

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

TopicFilters::TopicFilters(const std::vector<std::string>& filters) {
  for (const auto& filter : filters)
    if (is_topic_filter(filter)) filters_.push_back(split<std::string>(filter));
}

bool TopicFilters::any_matches(std::string_view topic) const {
  if (topic.empty()) return false;
  const auto given = split<std::string_view>(topic);
  return std::any_of(filters_.begin(), filters_.end(), [&](const auto& wanted) {
    return !(topic.front() == '$' && starts_with_wildcard(wanted)) && levels_match(wanted, given);
  });
}

bool topic_matches(std::string_view filter, std::string_view topic) {
  return TopicFilters({std::string(filter)}).any_matches(topic);
}

}  // namespace hearth::eventbus
