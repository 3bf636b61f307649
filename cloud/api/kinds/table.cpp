// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/kinds/table.hpp"

#include "cloud/api/kinds/json_path.hpp"

namespace hearth::api {

using nlohmann::json;

namespace {

TableColumn name_column() {
  return {"Name", "string",
          "name", "Name must be unique within a namespace.",
          0,      [](const json& object, WallTime) { return json(name_of(object)); }};
}

TableColumn age_column() {
  return {"Age", "date", "", "Time since the object was created.", 0, [](const json& object, WallTime now) {
            return json(age_cell(text_at(object, {"metadata", "creationTimestamp"}), now));
          }};
}

/// Several values are joined, so that a column over a list shows the whole list.
std::string joined(const std::vector<const json*>& values) {
  std::string text;
  for (const auto* value : values) {
    if (!text.empty()) text += ',';
    text += value->is_string() ? value->get<std::string>() : value->dump();
  }
  return text;
}

json cell_of(const JsonPath& path, const std::string& type, const json& object, WallTime now) {
  const auto values = path.find(object);
  if (values.empty() || values.front()->is_null()) return nullptr;
  if (type == "date")
    return age_cell(values.front()->is_string() ? values.front()->get<std::string>() : "", now);
  if (type == "string") return joined(values);
  return values.front()->is_primitive() ? *values.front() : json(values.front()->dump());
}

Result<TableColumn> custom_column(const json& source) {
  TableColumn column;
  column.name = text_at(source, {"name"});
  column.type = text_at(source, {"type"});
  column.format = text_at(source, {"format"});
  column.description = text_at(source, {"description"});
  if (const auto* priority = at_path(source, {"priority"});
      priority != nullptr && priority->is_number_integer()) {
    column.priority = priority->get<int>();
  }
  auto path = JsonPath::parse(text_at(source, {"jsonPath"}));
  if (!path) return std::move(path).error().within("printer column \"" + column.name + "\"");
  if (column.name.empty()) return hearth::invalid("BadColumn", "a printer column needs a name");
  column.cell = [path = std::move(*path), type = column.type](const json& object, WallTime now) {
    return cell_of(path, type, object, now);
  };
  return column;
}

json definition(const TableColumn& column) {
  return {{"name", column.name},
          {"type", column.type},
          {"format", column.format},
          {"description", column.description},
          {"priority", column.priority}};
}

std::string two_parts(std::int64_t high, char high_unit, std::int64_t low, char low_unit) {
  auto text = std::to_string(high) + high_unit;
  if (low != 0) text += std::to_string(low) + low_unit;
  return text;
}

}  // namespace

Result<TableColumns> custom_columns(const json& printer_columns) {
  TableColumns columns = {name_column()};
  if (!printer_columns.is_array() || printer_columns.empty()) {
    columns.push_back(age_column());
    return columns;
  }
  for (const auto& source : printer_columns) {
    auto column = custom_column(source);
    if (!column) return column.error();
    columns.push_back(std::move(*column));
  }
  return columns;
}

json partial_object(const json& object, const std::string& meta_version) {
  json partial = {{"kind", "PartialObjectMetadata"}, {"apiVersion", "meta.k8s.io/" + meta_version}};
  const auto* meta = at_path(object, {"metadata"});
  partial["metadata"] = meta == nullptr ? json::object() : *meta;
  return partial;
}

json make_table(const TableColumns& columns, const std::vector<ObjectPtr>& objects, IncludeObject include,
                const std::string& meta_version, bool with_definitions, WallTime now) {
  json table = {{"kind", "Table"},
                {"apiVersion", "meta.k8s.io/" + meta_version},
                {"metadata", json::object()},
                {"columnDefinitions", json::array()},
                {"rows", json::array()}};
  if (with_definitions) {
    for (const auto& column : columns)
      table["columnDefinitions"].push_back(definition(column));
  }
  for (const auto& object : objects) {
    const auto tree = object->tree();
    json row = {{"cells", json::array()}};
    for (const auto& column : columns)
      row["cells"].push_back(column.cell(tree, now));
    if (include == IncludeObject::object) row["object"] = tree;
    if (include == IncludeObject::metadata) row["object"] = partial_object(tree, meta_version);
    table["rows"].push_back(std::move(row));
  }
  return table;
}

std::string human_duration(std::chrono::seconds age) {
  const auto seconds = age.count();
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return std::to_string(seconds) + "s";
  const auto minutes = seconds / 60;
  if (minutes < 10) return two_parts(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return std::to_string(minutes) + "m";
  const auto hours = minutes / 60;
  if (hours < 8) return two_parts(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return std::to_string(hours) + "h";
  const auto days = hours / 24;
  if (days < 8) return two_parts(days, 'd', hours % 24, 'h');
  if (days < 365 * 2) return std::to_string(days) + "d";
  const auto years = days / 365;
  if (years < 8) return two_parts(years, 'y', days % 365, 'd');
  return std::to_string(years) + "y";
}

std::string age_cell(const std::string& time, WallTime now) {
  const auto parsed = parse_rfc3339(time);
  if (!parsed) return "<unknown>";
  return human_duration(std::chrono::floor<std::chrono::seconds>(now - *parsed));
}

}  // namespace hearth::api
