// SPDX-License-Identifier: Apache-2.0
#include "cloud/apply/typed.hpp"

#include <optional>
#include <set>
#include <string>

namespace hearth::apply {
namespace {

using nlohmann::json;

enum class Shape { leaf, map, set, keyed };

Shape shape_of(const json& value, const MergeType& type) {
  if (value.is_object()) return type.atomic_map ? Shape::leaf : Shape::map;
  if (!value.is_array()) return Shape::leaf;
  switch (type.list) {
    case MergeType::List::atomic:
      return Shape::leaf;
    case MergeType::List::set:
      return Shape::set;
    case MergeType::List::keyed:
      return Shape::keyed;
  }
  return Shape::leaf;
}

std::string step_of(const json& item, const MergeType& type, Shape shape) {
  return shape == Shape::keyed ? key_step(item, type.keys) : value_step(item);
}

bool is_item(const json& item, const MergeType& type, Shape shape) {
  if (shape == Shape::set) return !item.is_structured();
  if (!item.is_object()) return false;
  for (const auto& key : type.keys) {
    if (!item.contains(key)) return false;
  }
  return true;
}

/// Empty for a list that can be told apart by its items; else what is wrong with it.
std::string fault_of(const json& list, const MergeType& type, Shape shape) {
  std::set<std::string> seen;
  for (const auto& item : list) {
    if (!is_item(item, type, shape))
      return shape == Shape::keyed ? "an item lacks a key of its list" : "an item of a set is no plain value";
    if (!seen.insert(step_of(item, type, shape)).second)
      return "duplicate entries for key " + shown_step(step_of(item, type, shape));
  }
  return {};
}

/// The shape in which both can be compared or merged; a broken list is a leaf.
Shape common_shape(const json& left, const json& right, const MergeType& type) {
  const auto shape = shape_of(right, type);
  if (shape == Shape::leaf || shape != shape_of(left, type)) return Shape::leaf;
  if (shape == Shape::map) return shape;
  const bool sound = fault_of(left, type, shape).empty() && fault_of(right, type, shape).empty();
  return sound ? shape : Shape::leaf;
}

const json* find_item(const json& list, const std::string& step, const MergeType& type, Shape shape) {
  for (const auto& item : list) {
    if (step_of(item, type, shape) == step) return &item;
  }
  return nullptr;
}

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

json merge_lists(json base, const json& over, const MergeType& type, Shape shape) {
  // Items of `over` come in its order, each after the one before it; those only `base` has keep their places.
  std::size_t at = 0;
  for (const auto& item : over) {
    const auto step = step_of(item, type, shape);
    auto found = base.begin();
    while (found != base.end() && step_of(*found, type, shape) != step)
      ++found;
    if (found == base.end()) {
      base.insert(base.begin() + static_cast<std::ptrdiff_t>(at++), item);
      continue;
    }
    if (shape == Shape::keyed) *found = merge(std::move(*found), item, type.item());
    at = static_cast<std::size_t>(found - base.begin()) + 1;
  }
  return base;
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
      return merge_lists(std::move(base), over, *type, Shape::set);
    case Shape::keyed:
      return merge_lists(std::move(base), over, *type, Shape::keyed);
  }
  return base;
}

json without(json object, const FieldSet& gone, const FieldSet& kept, const MergeTypePtr& type) {
  take_out(object, gone, kept, type);
  return object;
}

}  // namespace hearth::apply
