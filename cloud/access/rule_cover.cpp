// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cloud/access/rbac.hpp"

namespace hearth::access {
namespace {

/// Of a rule that names nothing, the one thing it says nothing of.
std::vector<std::string> or_none(const std::vector<std::string>& list) {
  return list.empty() ? std::vector<std::string>{""} : list;
}

Attempt attempt_on(const std::string& resource) {
  Attempt attempt;
  const auto slash = resource.find('/');
  attempt.resource = resource.substr(0, slash);
  if (slash != resource.npos) attempt.subresource = resource.substr(slash + 1);
  return attempt;
}

std::vector<std::string> verbs_not_held(const std::vector<Rule>& held, const Rule& wanted, Attempt attempt) {
  std::vector<std::string> missing;
  for (const auto& verb : wanted.verbs) {
    attempt.verb = verb;
    const bool covered =
        std::any_of(held.begin(), held.end(), [&](const Rule& rule) { return rule.allows(attempt); });
    if (!covered) missing.push_back(verb);
  }
  return missing;
}

void add_resources(const std::vector<Rule>& held, const Rule& wanted, std::vector<Rule>& missing) {
  for (const auto& group : wanted.groups) {
    for (const auto& resource : wanted.resources) {
      for (const auto& name : or_none(wanted.names)) {
        auto attempt = attempt_on(resource);
        attempt.group = group;
        attempt.name = name;
        auto verbs = verbs_not_held(held, wanted, attempt);
        if (verbs.empty()) continue;
        const auto names = name.empty() ? std::vector<std::string>{} : std::vector<std::string>{name};
        missing.push_back({std::move(verbs), {group}, {resource}, names, {}});
      }
    }
  }
}

void add_paths(const std::vector<Rule>& held, const Rule& wanted, std::vector<Rule>& missing) {
  for (const auto& path : wanted.paths) {
    Attempt attempt;
    attempt.path = path;
    auto verbs = verbs_not_held(held, wanted, attempt);
    if (!verbs.empty()) missing.push_back({std::move(verbs), {}, {}, {}, {path}});
  }
}

/// As Go prints a list of texts: ["a" "b"].
std::string quoted(const std::vector<std::string>& list) {
  std::string text = "[";
  for (const auto& each : list)
    text += (text.size() > 1 ? " " : "") + fmt::format("\"{}\"", each);
  return text + "]";
}

std::string compact(const Rule& rule) {
  std::string text;
  const auto add = [&](const char* name, const std::vector<std::string>& list) {
    if (!list.empty()) text += fmt::format("{}{}:{}", text.empty() ? "" : ", ", name, quoted(list));
  };
  add("APIGroups", rule.groups);
  add("Resources", rule.resources);
  add("NonResourceURLs", rule.paths);
  add("ResourceNames", rule.names);
  add("Verbs", rule.verbs);
  return "{" + text + "}";
}

}  // namespace

std::vector<Rule> rules_not_held(const std::vector<Rule>& held, const Rule& wanted) {
  std::vector<Rule> missing;
  add_resources(held, wanted, missing);
  add_paths(held, wanted, missing);
  return missing;
}

std::vector<Rule> Rbac::not_held(const User& user, const std::vector<Rule>& wanted,
                                 std::string_view ns) const {
  const auto held = rules_for(user, ns);
  std::vector<Rule> missing;
  for (const auto& rule : wanted) {
    auto parts = rules_not_held(held, rule);
    missing.insert(missing.end(), parts.begin(), parts.end());
  }
  return missing;
}

std::string escalation(const User& user, const std::vector<Rule>& not_held) {
  std::set<std::string> sorted;
  for (const auto& rule : not_held)
    sorted.insert(compact(rule));
  auto text = fmt::format(
      "user \"{}\" (groups={}) is attempting to grant RBAC permissions not currently held:", user.name,
      quoted(user.groups));
  for (const auto& rule : sorted)
    text += "\n" + rule;
  return text;
}

}  // namespace hearth::access
