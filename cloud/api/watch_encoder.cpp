// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/watch_encoder.hpp"

#include "cloud/api/object_rules.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

std::string to_line(const char* type, const json& object) {
  // Written by hand around the object: no copy of it.
  return std::string(R"({"type":")") + type + R"(","object":)" +
         object.dump(-1, ' ', false, json::error_handler_t::replace) + "}\n";
}

ObjectPtr with_version(const ObjectPtr& object, std::uint64_t version) {
  auto copy = *object;
  copy["metadata"]["resourceVersion"] = std::to_string(version);
  return std::make_shared<const json>(std::move(copy));
}

}  // namespace

std::string WatchEncoder::line(const char* type, const ObjectPtr& object, WallTime now) {
  const auto shown = shown_in(type_, version_, object);
  switch (options_.media.form) {
    case Form::table: {
      auto table =
          make_table(version_.columns, {shown}, options_.include, options_.media.version, !defined_, now);
      table["metadata"] = {{"resourceVersion", version_of(*shown)}};
      defined_ = true;
      return to_line(type, table);
    }
    case Form::partial:
      return to_line(type, partial_object(*shown, options_.media.version));
    case Form::object:
    case Form::discovery:
      return to_line(type, *shown);
  }
  return {};
}

std::string WatchEncoder::change(const Change& change, WallTime now) {
  const bool before = change.previous != nullptr && options_.selector.matches(*change.previous);
  const bool after = !change.deleted && options_.selector.matches(*change.object);
  if (!before && !after) return {};
  if (after) return line(before ? "MODIFIED" : "ADDED", change.object, now);
  const auto last = change.deleted ? change.object : with_version(change.previous, change.version);
  return line("DELETED", last, now);
}

std::string WatchEncoder::added(const ObjectPtr& object, WallTime now) {
  return options_.selector.matches(*object) ? line("ADDED", object, now) : std::string();
}

std::string WatchEncoder::bookmark(std::uint64_t version, bool end_of_initial) const {
  json metadata = {{"resourceVersion", std::to_string(version)}, {"creationTimestamp", nullptr}};
  if (end_of_initial) metadata["annotations"] = {{"k8s.io/initial-events-end", "true"}};
  if (options_.media.form == Form::table) {
    auto table = make_table({}, {}, options_.include, options_.media.version, false, {});
    table["metadata"] = {{"resourceVersion", std::to_string(version)}};
    return to_line("BOOKMARK", table);
  }
  return to_line("BOOKMARK", {{"kind", type_.name.kind},
                              {"apiVersion", api_version(type_.name.group, version_.name)},
                              {"metadata", std::move(metadata)}});
}

std::string WatchEncoder::error(const Status& status) {
  return to_line("ERROR", status.body());
}

}  // namespace hearth::api
