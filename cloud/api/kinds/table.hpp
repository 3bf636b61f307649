// SPDX-License-Identifier: Apache-2.0
// meta.k8s.io Tables: what kubectl prints.
// Thread: plain values, shared read-only.   Errors: a bad printer column gives an Error.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cloud/api/base/json_view.hpp"
#include "cloud/api/base/status.hpp"
#include "sdk/base/error.hpp"
#include "sdk/base/time.hpp"

namespace hearth::api {

struct TableColumn {
  std::string name;
  std::string type = "string";
  std::string format;
  std::string description;
  int priority = 0;  ///< above 0: only with -o wide
  std::function<nlohmann::json(const nlohmann::json& object, WallTime now)> cell;
};
using TableColumns = std::vector<TableColumn>;

/// Name and what `additionalPrinterColumns` lists; without any: Name and Age.
Result<TableColumns> custom_columns(const nlohmann::json& printer_columns);
/// As kubectl prints the built-in kinds; Name and Age for those that have nothing else to show.
TableColumns builtin_columns(const KindName& kind);

enum class IncludeObject { none, metadata, object };

/// A Table without list metadata; columnDefinitions only when asked for.
nlohmann::json make_table(const TableColumns& columns, const std::vector<ObjectPtr>& objects,
                          IncludeObject include, const std::string& meta_version, bool with_definitions,
                          WallTime now);

/// The metadata of an object alone.
nlohmann::json partial_object(const nlohmann::json& object, const std::string& meta_version);

/// An age as kubectl prints it: 12s, 5m3s, 3h20m, 2d, 1y30d.
std::string human_duration(std::chrono::seconds age);
/// The age of an RFC 3339 time; "<unknown>" when it is none.
std::string age_cell(const std::string& time, WallTime now);

}  // namespace hearth::api
