// SPDX-License-Identifier: Apache-2.0
#include "sdk/wire/answer.hpp"

#include "sdk/base/bounded_json.hpp"
#include "sdk/wire/document_fields.hpp"

namespace hearth::wire {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxAnswer = 16 * 1024;
constexpr std::size_t kMaxText = 1024;

Answer read_object(const json& object) {
  const json* code = member(object, "code");
  if (!code || !code->is_number_integer()) return {};
  const auto number = code->get<std::int64_t>();
  if (number < 400 || number > 599) return {};
  const auto reason = text_member(object, "reason", kMaxText);
  const auto message = text_member(object, "message", kMaxText);
  return {static_cast<int>(number), reason ? *reason : std::string(), message ? *message : std::string()};
}

}  // namespace

json print_answer(const Answer& answer) {
  if (answer.ok()) return "OK";
  return {{"code", answer.code}, {"reason", answer.reason}, {"message", answer.message}};
}

Answer parse_answer(const json& content) {
  if (!content.is_string()) return read_object(content);
  if (content == "OK") return {};
  const auto document = parse_json(content.get_ref<const std::string&>(), kMaxAnswer);
  return document ? read_object(*document) : Answer{};
}

}  // namespace hearth::wire
