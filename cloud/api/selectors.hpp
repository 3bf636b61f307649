// SPDX-License-Identifier: Apache-2.0
// Label and field selectors of list, watch and deletecollection.
// Thread: plain values.   Errors: text that is no selector gives a 400 Status.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/api/base/status.hpp"
#include "cloud/object/object.hpp"

namespace hearth::api {

enum class LabelOperator { equals, not_equals, in, not_in, exists, absent, greater, less };

struct LabelRequirement {
  std::string key;
  LabelOperator op = LabelOperator::exists;
  std::vector<std::string> values;
};

struct FieldRequirement {
  std::string path;  ///< metadata.name
  bool equal = true;
  std::string value;
};

class Selector {
 public:
  bool empty() const { return labels_.empty() && fields_.empty(); }
  bool matches(const nlohmann::json& object) const;
  bool matches(const object::Object& object) const;

 private:
  friend Answer<Selector> parse_selector(std::string_view, std::string_view, const std::vector<std::string>&);
  std::vector<LabelRequirement> labels_;
  std::vector<FieldRequirement> fields_;
};

/// `selectable` are the field paths this kind allows.
Answer<Selector> parse_selector(std::string_view labels, std::string_view fields,
                                const std::vector<std::string>& selectable);

}  // namespace hearth::api
