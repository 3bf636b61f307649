// SPDX-License-Identifier: Apache-2.0
// How objects and tables are shown.
// Thread: plain values.   Errors: cells and columns of odd types are shown as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace hearth::ctl {

/// YAML that YAML 1.1 and 1.2 readers take alike: strings that look like something else are quoted.
std::string to_yaml(const nlohmann::json& document);
/// Indented by four, as kubectl does.
std::string to_pretty_json(const nlohmann::json& document);
/// Without metadata.managedFields, which nobody reads.
nlohmann::json without_managed_fields(nlohmann::json object);

/// Prints the rows of meta.k8s.io Tables in aligned columns. Later tables (of a watch) keep to the columns of the
/// first, their widths only grow.
class TablePrinter {
 public:
  struct Style {
    bool wide = false;  ///< also columns of priority > 0
    bool with_namespace = false;
  };
  explicit TablePrinter(Style style) : style_(style) {}

  /// The header once, before the first rows; then this table's rows.
  std::string print(const nlohmann::json& table);

 private:
  using Row = std::vector<std::string>;

  void take_columns(const nlohmann::json& table);
  Row cells(const nlohmann::json& row) const;
  std::string line(const Row& row) const;
  void widen(const Row& row);

  Style style_;
  bool header_due_ = false;
  std::vector<std::size_t> shown_;  ///< indices of the columns that are printed
  Row header_;
  std::vector<std::size_t> widths_;
};

}  // namespace hearth::ctl
