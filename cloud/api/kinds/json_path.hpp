// SPDX-License-Identifier: Apache-2.0
// The part of Kubernetes' JSONPath that printer columns use: .a.b, ['x'], [0], [-1], [*] and
// [?(@.type=="Ready")].
// Thread: plain values.   Errors: a path outside this part gives an Error.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/base/error.hpp"

namespace hearth::api {

class JsonPath {
 public:
  /// ".spec.nodeName"; a leading "$" or braces around it are taken too.
  static Result<JsonPath> parse(std::string_view text);

  /// All values the path names, in document order; they live as long as `root`.
  std::vector<const nlohmann::json*> find(const nlohmann::json& root) const;

 private:
  enum class StepKind { field, index, all, filter };
  struct Step {
    StepKind kind = StepKind::field;
    std::string name;              ///< field
    long index = 0;                ///< index; negative counts from the end
    std::vector<std::string> key;  ///< filter: path below @
    std::string value;             ///< filter: the text to equal
    bool equal = true;             ///< filter: == or !=
  };
  class Parser;

  static void apply(const Step& step, const nlohmann::json& at, std::vector<const nlohmann::json*>& out);

  std::vector<Step> steps_;
};

}  // namespace hearth::api
