// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/kinds/definition_status.hpp"

#include <algorithm>
#include <set>

#include "cloud/api/base/json_view.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

/// What the accepted names of other definitions have taken.
struct TakenNames {
  std::set<std::string> resources;
  std::set<std::string> kinds;
};

TakenNames taken_by(const std::vector<json>& others) {
  TakenNames taken;
  const auto take = [](std::set<std::string>& set, const std::string& name) {
    if (!name.empty()) set.insert(name);
  };
  for (const auto& other : others) {
    const auto* names = at_path(other, {"status", "acceptedNames"});
    if (names == nullptr) continue;
    take(taken.resources, text_at(*names, {"plural"}));
    take(taken.resources, text_at(*names, {"singular"}));
    for (const auto& name : array_at(*names, {"shortNames"}))
      take(taken.resources, name.is_string() ? name.get<std::string>() : "");
    take(taken.kinds, text_at(*names, {"kind"}));
    take(taken.kinds, text_at(*names, {"listKind"}));
  }
  return taken;
}

/// The first name that is taken, as its condition's reason and message.
struct Conflict {
  std::string reason;
  std::string message;
};

class NameChoice {
 public:
  NameChoice(const json& wanted, json accepted, const TakenNames& taken)
      : wanted_(wanted),
        accepted_(accepted.is_object() ? std::move(accepted) : json::object()),
        taken_(taken) {}

  void choose() {
    one("plural", "PluralConflict", taken_.resources);
    one("singular", "SingularConflict", taken_.resources);
    short_names();
    one("kind", "KindConflict", taken_.kinds);
    one("listKind", "ListKindConflict", taken_.kinds);
    copy("categories");
  }
  const Conflict& conflict() const { return conflict_; }
  json take() && { return std::move(accepted_); }

 private:
  bool refuse(const std::string& name, const char* reason, const std::set<std::string>& taken) {
    if (!taken.contains(name)) return false;
    if (conflict_.reason.empty()) conflict_ = {reason, json(name).dump() + " is already in use"};
    return true;
  }

  void copy(const char* member) {
    const auto* names = at_path(wanted_, {member});
    if (names == nullptr) {
      accepted_.erase(member);
    } else {
      accepted_[member] = *names;
    }
  }

  void one(const char* member, const char* reason, const std::set<std::string>& taken) {
    if (!refuse(text_at(wanted_, {member}), reason, taken)) copy(member);
  }

  void short_names() {
    for (const auto& name : array_at(wanted_, {"shortNames"})) {
      const bool is_taken =
          name.is_string() && refuse(name.get<std::string>(), "ShortNamesConflict", taken_.resources);
      if (is_taken) return;
    }
    copy("shortNames");
  }

  const json& wanted_;
  json accepted_;
  const TakenNames& taken_;
  Conflict conflict_;
};

/// The version objects are stored in now joins those that may be stored already.
void add_stored_version(json& definition) {
  auto& stored = definition["status"]["storedVersions"];
  if (!stored.is_array()) stored = json::array();
  for (const auto& version : array_at(definition, {"spec", "versions"})) {
    const auto* storage = at_path(version, {"storage"});
    const auto* name = at_path(version, {"name"});
    const bool is_storage = storage != nullptr && *storage == true && name != nullptr;
    if (is_storage && std::find(stored.begin(), stored.end(), *name) == stored.end()) stored.push_back(*name);
  }
}

const json* find_condition(const json& definition, const std::string& type) {
  for (const auto& condition : array_at(definition, {"status", "conditions"})) {
    if (text_at(condition, {"type"}) == type) return &condition;
  }
  return nullptr;
}

}  // namespace

void set_condition(json& definition, const std::string& type, bool status, const std::string& reason,
                   const std::string& message, WallTime now) {
  json made = {{"type", type},
               {"status", status ? "True" : "False"},
               {"reason", reason},
               {"message", message},
               {"lastTransitionTime", to_rfc3339(now)}};
  auto& conditions = definition["status"]["conditions"];
  if (!conditions.is_array()) conditions = json::array();
  for (auto& condition : conditions) {
    if (text_at(condition, {"type"}) != type) continue;
    if (text_at(condition, {"status"}) == made["status"])
      made["lastTransitionTime"] = condition.value("lastTransitionTime", made["lastTransitionTime"]);
    condition = std::move(made);
    return;
  }
  conditions.push_back(std::move(made));
}

bool is_established(const json& definition) {
  const auto* condition = find_condition(definition, "Established");
  return condition != nullptr && text_at(*condition, {"status"}) == "True";
}

void settle_status(json& definition, const std::vector<json>& others, WallTime now) {
  auto& status = definition["status"];
  if (!status.is_object()) status = json::object();
  const auto taken = taken_by(others);
  const auto* wanted = at_path(definition, {"spec", "names"});
  const json none = json::object();
  NameChoice choice(wanted == nullptr ? none : *wanted, status.value("acceptedNames", json::object()), taken);
  choice.choose();
  const auto conflict = choice.conflict();
  status["acceptedNames"] = std::move(choice).take();
  const bool accepted = conflict.reason.empty();
  set_condition(definition, "NamesAccepted", accepted, accepted ? "NoConflicts" : conflict.reason,
                accepted ? "no conflicts found" : conflict.message, now);
  if (!is_established(definition)) {
    set_condition(definition, "Established", accepted, accepted ? "InitialNamesAccepted" : "NotAccepted",
                  accepted ? "the initial names have been accepted" : "not all names are accepted", now);
  }
  add_stored_version(definition);
}

}  // namespace hearth::api
