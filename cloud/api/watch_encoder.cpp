// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/watch_encoder.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

void add_text_line(const char* type, std::string_view object, std::string& lines) {
  // Written by hand around the object: no copy of it.
  lines.append(R"({"type":")").append(type).append(R"(","object":)").append(object).append("}\n");
}

std::string to_line(const char* type, const json& object) {
  std::string line;
  add_text_line(type, Object::of(object)->text(), line);
  return line;
}

}  // namespace

void WatchEncoder::add_line(const SeenEvent& event, WallTime now, std::string& lines) {
  switch (options_.media.form) {
    case Form::table: {
      auto table = make_table(version_.columns, {event.object}, options_.include, options_.media.version,
                              !defined_, now);
      table["metadata"] = {{"resourceVersion", version_of(*event.object)}};
      defined_ = true;
      lines += to_line(event.type, table);
      return;
    }
    case Form::partial:
      lines += to_line(event.type, partial_object(event.object->tree(), options_.media.version));
      return;
    case Form::object:
    case Form::discovery:
      add_text_line(event.type, event.object->text(), lines);
      return;
  }
}

void WatchEncoder::change(const Change& change, WallTime now, std::string& lines) {
  if (const auto event = view_.change(change)) add_line(*event, now, lines);
}

void WatchEncoder::added(const ObjectPtr& object, WallTime now, std::string& lines) {
  if (const auto event = view_.added(object)) add_line(*event, now, lines);
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
