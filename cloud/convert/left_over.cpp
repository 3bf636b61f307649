// SPDX-License-Identifier: Apache-2.0
#include "cloud/convert/left_over.hpp"

#include "cloud/convert/members.hpp"
#include "cloud/convert/v1alpha2.hpp"

namespace hearth::convert {

using nlohmann::json;

void keep_left_over(json& object, const json& left_over) {
  if (is_empty(left_over)) return;
  auto& metadata = object["metadata"];
  if (!metadata.is_object()) metadata = json::object();
  auto& annotations = metadata["annotations"];
  if (!annotations.is_object()) annotations = json::object();
  annotations[kLeftOver] = left_over.dump(-1, ' ', false, json::error_handler_t::replace);
}

json take_left_over(json& object) {
  const auto metadata = object.find("metadata");
  if (metadata == object.end() || !metadata->is_object()) return json::object();
  const auto annotations = metadata->find("annotations");
  if (annotations == metadata->end()) return json::object();
  const auto text = take(*annotations, kLeftOver);
  if (text && annotations->empty()) metadata->erase(annotations);
  if (!text || !text->is_string()) return json::object();
  auto parsed = json::parse(text->get_ref<const std::string&>(), nullptr, false);
  return parsed.is_object() ? parsed : json::object();
}

}  // namespace hearth::convert
