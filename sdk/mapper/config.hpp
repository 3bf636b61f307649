// SPDX-License-Identifier: Apache-2.0
// Reads a mapper's own keys out of configData: typed getters that note every mistake with its path.
// Thread: one at a time.   Errors: a missing key gives nothing; a key of the wrong kind gives nothing and an
// Issue. No getter throws.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hearth::mapper {

/// Something wrong with a configuration.
struct Issue {
  std::string path;  ///< relative to the device's spec: "properties[0].visitors.configData.line"
  std::string message;
  bool operator==(const Issue&) const = default;
};

class Config {
 public:
  /// `object` and `issues` must outlive this object.
  Config(const nlohmann::json& object, std::string path, std::vector<Issue>& issues);

  bool has(std::string_view key) const;
  std::optional<std::string> text(std::string_view key);
  /// Also takes a number without a fraction written as one (17.0), as JSON tools make them.
  std::optional<std::int64_t> integer(std::string_view key,
                                      std::int64_t min = std::numeric_limits<std::int64_t>::min(),
                                      std::int64_t max = std::numeric_limits<std::int64_t>::max());
  std::optional<double> number(std::string_view key);
  std::optional<bool> boolean(std::string_view key);

  /// One of the words of a table.
  template <class T>
  std::optional<T> choice(std::string_view key, std::initializer_list<std::pair<std::string_view, T>> table) {
    const auto word = text(key);
    if (!word) return std::nullopt;
    std::string expected;
    for (const auto& [name, value] : table) {
      if (name == *word) return value;
      expected += (expected.empty() ? "" : ", ") + std::string(name);
    }
    issue(key, "'" + *word + "' is none of " + expected);
    return std::nullopt;
  }

  /// Notes a mistake at a key; with an empty key, at the object itself.
  void issue(std::string_view key, std::string message);

  const nlohmann::json* find(std::string_view key) const;

 private:
  const nlohmann::json& object_;
  std::string path_;
  std::vector<Issue>& issues_;
};

/// "protocol.configData".
std::string protocol_path();
/// "properties[2].visitors.configData".
std::string visitor_path(std::size_t property);

}  // namespace hearth::mapper
