// SPDX-License-Identifier: Apache-2.0
#include "cloud/apply/typed.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "cloud/apply/shape.hpp"

namespace hearth::apply {
namespace {

using nlohmann::json;

/// A fault is told with its path in front: .spec.ports: …
using Fault = std::optional<std::string>;

Fault collect(const json& value, const MergeTypePtr& type, FieldSet& set);

Fault collect_at(const std::string& step, const json& value, const MergeTypePtr& type, FieldSet& set) {
  auto fault = collect(value, type, set.at(step));
  if (fault) fault->insert(0, shown_step(step));
  return fault;
}

Fault collect(const json& value, const MergeTypePtr& type, FieldSet& set) {
  const auto shape = shape_of(value, *type);
  if (shape == Shape::leaf || value.empty()) {
    set.own();
    return std::nullopt;
  }
  if (shape == Shape::map) {
    for (const auto& [name, member] : value.items()) {
      if (auto fault = collect_at(field_step(name), member, type->member(name), set)) return fault;
    }
    return std::nullopt;
  }
  if (const auto fault = fault_of(value, *type, shape); !fault.empty()) return ": " + fault;
  for (const auto& item : value) {
    const auto step = step_of(item, *type, shape);
    set.at(step).own();
    if (shape == Shape::set) continue;
    if (auto fault = collect_at(step, item, type->item(), set)) return fault;
  }
  return std::nullopt;
}

/// Everything at and within a value, the places of its maps included.
void collect_all(const json& value, const MergeTypePtr& type, FieldSet& set) {
  set.own();
  auto shape = shape_of(value, *type);
  if (shape == Shape::leaf) return;
  if (shape == Shape::map) {
    for (const auto& [name, member] : value.items())
      collect_all(member, type->member(name), set.at(field_step(name)));
    return;
  }
  if (!fault_of(value, *type, shape).empty()) return;
  for (const auto& item : value) {
    auto& place = set.at(step_of(item, *type, shape));
    shape == Shape::set ? place.own() : collect_all(item, type->item(), place);
  }
}

/// Walks two values together.
class Comparison {
 public:
  void values(const json& before, const json& after, const MergeTypePtr& type, FieldSet& added,
              FieldSet& changed, FieldSet& removed) {
    const auto shape = common_shape(before, after, *type);
    if (shape == Shape::leaf) {
      if (before == after) return;
      changed.own();
      note_shapes(before, after, type, added, removed);
      return;
    }
    shape == Shape::map ? maps(before, after, *type, added, changed, removed)
                        : lists(before, after, *type, shape, added, changed, removed);
  }

 private:
  /// A leaf that became a map, or the other way: what lies within it comes or goes.
  static void note_shapes(const json& before, const json& after, const MergeTypePtr& type, FieldSet& added,
                          FieldSet& removed) {
    if (shape_of(before, *type) != Shape::leaf) collect_all(before, type, removed);
    if (shape_of(after, *type) != Shape::leaf) collect_all(after, type, added);
    added.disown();
    removed.disown();
  }

  void maps(const json& before, const json& after, const MergeType& type, FieldSet& added, FieldSet& changed,
            FieldSet& removed) {
    for (const auto& [name, value] : after.items()) {
      const auto step = field_step(name);
      const auto old = before.find(name);
      if (old == before.end()) {
        collect_all(value, type.member(name), added.at(step));
      } else {
        values(*old, value, type.member(name), added.at(step), changed.at(step), removed.at(step));
      }
    }
    for (const auto& [name, value] : before.items()) {
      if (!after.contains(name)) collect_all(value, type.member(name), removed.at(field_step(name)));
    }
  }

  void lists(const json& before, const json& after, const MergeType& type, Shape shape, FieldSet& added,
             FieldSet& changed, FieldSet& removed) {
    for (const auto& item : after) {
      const auto step = step_of(item, type, shape);
      const auto* old = find_item(before, step, type, shape);
      if (old == nullptr) {
        shape == Shape::set ? added.at(step).own() : collect_all(item, type.item(), added.at(step));
      } else if (shape == Shape::keyed) {
        values(*old, item, type.item(), added.at(step), changed.at(step), removed.at(step));
      }
    }
    for (const auto& item : before) {
      const auto step = step_of(item, type, shape);
      if (find_item(after, step, type, shape) != nullptr) continue;
      shape == Shape::set ? removed.at(step).own() : collect_all(item, type.item(), removed.at(step));
    }
  }
};

/// Where each item of a list stands, by its step.
std::map<std::string, std::size_t> places_of(const json& list, const MergeType& type, Shape shape) {
  std::map<std::string, std::size_t> places;
  for (std::size_t at = 0; at < list.size(); ++at)
    places.emplace(step_of(list[at], type, shape), at);
  return places;
}

/// Items of both come in the order of `over`. At each place, those only `base` has stand before those only `over` has.
json merge_lists(const json& base, const json& over, const MergeType& type, Shape shape) {
  const auto base_places = places_of(base, type, shape);
  const auto over_places = places_of(over, type, shape);
  json merged = json::array();
  std::size_t at = 0;
  /// Up to the item of `base` that `over` has at that place.
  const auto take_base = [&](std::size_t next_of_both) {
    for (; at < base.size(); ++at) {
      const auto there = over_places.find(step_of(base[at], type, shape));
      if (there == over_places.end()) {
        merged.push_back(base[at]);
      } else if (there->second == next_of_both) {
        return;
      }
    }
  };
  std::size_t next = 0;
  for (std::size_t i = 0; i < over.size(); ++i) {
    next = std::max(next, i);
    while (next < over.size() && !base_places.contains(step_of(over[next], type, shape)))
      ++next;
    take_base(next);
    const bool both = next == i;
    const auto found = both ? base_places.at(step_of(over[i], type, shape)) : 0;
    merged.push_back(both && shape == Shape::keyed ? merge(base[found], over[i], type.item()) : over[i]);
  }
  take_base(over.size());
  return merged;
}

/// Takes places out of a value. True: the value itself is to go.
bool take_out(json& value, const FieldSet& gone, const FieldSet& kept, const MergeTypePtr& type);

bool take_out_member(json& value, const std::string& step, const FieldSet& gone, const FieldSet& kept,
                     const MergeTypePtr& type) {
  static const FieldSet kNothing;
  const auto* within = kept.find(step);
  return take_out(value, *gone.find(step), within ? *within : kNothing, type);
}

bool take_out_of_map(json& map, const FieldSet& gone, const FieldSet& kept, const MergeType& type) {
  bool taken = false;
  for (auto member = map.begin(); member != map.end();) {
    const auto step = field_step(member.key());
    const bool goes =
        gone.find(step) && take_out_member(*member, step, gone, kept, type.member(member.key()));
    taken = taken || goes;
    member = goes ? map.erase(member) : std::next(member);
  }
  return taken;
}

bool take_out_of_list(json& list, const FieldSet& gone, const FieldSet& kept, const MergeType& type,
                      Shape shape) {
  bool taken = false;
  for (auto item = list.begin(); item != list.end();) {
    const auto step = step_of(*item, type, shape);
    const bool goes = gone.find(step) && take_out_member(*item, step, gone, kept, type.item());
    taken = taken || goes;
    item = goes ? list.erase(item) : std::next(item);
  }
  return taken;
}

/// An item of a keyed list of which nothing but its keys is left.
bool is_only_keys(const json& value, const FieldSet& gone) {
  if (!value.is_object() || !gone.is_member()) return false;
  for (const auto& [name, member] : value.items()) {
    if (!gone.find(field_step(name))) return false;
  }
  return true;
}

bool take_out(json& value, const FieldSet& gone, const FieldSet& kept, const MergeTypePtr& type) {
  const auto shape = shape_of(value, *type);
  if (shape == Shape::leaf || value.empty()) return gone.is_member() && !kept.is_member();
  // An item that others say nothing of goes as a whole, with its keys.
  if (kept.empty() && is_only_keys(value, gone)) return true;
  const bool taken = shape == Shape::map ? take_out_of_map(value, gone, kept, *type)
                                         : take_out_of_list(value, gone, kept, *type, shape);
  return taken && value.empty() && !kept.is_member();
}

}  // namespace

Result<FieldSet> fields_of(const json& object, const MergeTypePtr& type) {
  FieldSet set;
  if (auto fault = collect(object, type, set)) return invalid("BadList", *fault);
  set.disown();
  return set;
}

Difference compare(const json& before, const json& after, const MergeTypePtr& type) {
  Difference found;
  Comparison().values(before, after, type, found.added, found.changed, found.removed);
  for (auto* set : {&found.added, &found.changed, &found.removed}) {
    set->disown();
    set->tidy();
  }
  return found;
}

json merge(json base, const json& over, const MergeTypePtr& type) {
  switch (common_shape(base, over, *type)) {
    case Shape::leaf:
      return over;
    case Shape::map:
      for (const auto& [name, value] : over.items()) {
        const auto old = base.find(name);
        base[name] = old == base.end() ? value : merge(std::move(*old), value, type->member(name));
      }
      return base;
    case Shape::set:
      return merge_lists(base, over, *type, Shape::set);
    case Shape::keyed:
      return merge_lists(base, over, *type, Shape::keyed);
  }
  return base;
}

json without(json object, const FieldSet& gone, const FieldSet& kept, const MergeTypePtr& type) {
  take_out(object, gone, kept, type);
  return object;
}

}  // namespace hearth::apply
