// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/label_parser.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace hearth::api {
namespace {

constexpr std::string_view kSpecials = "=!(),><";
constexpr std::string_view kBlanks = " \t\r\n";

enum class Kind { word, sign, end };

struct Token {
  Kind kind = Kind::end;
  std::string_view text;

  bool is(std::string_view sign) const { return kind == Kind::sign && text == sign; }
};

bool is_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-' || c == '/';
  });
}

/// Words and signs, one ahead.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : rest_(text) { advance(); }

  const Token& next() const { return next_; }

  Token take() {
    const auto taken = next_;
    advance();
    return taken;
  }

 private:
  void advance() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size()));
    if (rest_.empty()) {
      next_ = {};
      return;
    }
    const bool sign = kSpecials.find(rest_.front()) != std::string_view::npos;
    const auto size = sign ? sign_size() : rest_.find_first_of(std::string(kSpecials) + std::string(kBlanks));
    next_ = {sign ? Kind::sign : Kind::word, rest_.substr(0, size)};
    rest_.remove_prefix(next_.text.size());
  }

  std::size_t sign_size() const { return rest_.starts_with("==") || rest_.starts_with("!=") ? 2 : 1; }

  std::string_view rest_;
  Token next_;
};

std::optional<LabelOperator> operator_of(const Token& token) {
  const auto& text = token.text;
  if (text == "=" || text == "==") return LabelOperator::equals;
  if (text == "!=") return LabelOperator::not_equals;
  if (text == ">") return LabelOperator::greater;
  if (text == "<") return LabelOperator::less;
  if (text == "in") return LabelOperator::in;
  if (text == "notin") return LabelOperator::not_in;
  return std::nullopt;
}

class LabelParser {
 public:
  explicit LabelParser(std::string_view text) : tokens_(text) {}

  Answer<std::vector<LabelRequirement>> parse() {
    std::vector<LabelRequirement> all;
    while (tokens_.next().kind != Kind::end) {
      if (!begins_requirement())
        return refused(tokens_.next(), ", expected: !, identifier, or 'end of string'");
      LabelRequirement requirement;
      if (const auto error = read_requirement(requirement); !error.empty())
        return bad_request("unable to parse requirement: " + error);
      all.push_back(std::move(requirement));
      if (tokens_.next().kind == Kind::end) break;
      const auto comma = tokens_.take();
      if (!comma.is(",")) return refused(comma, ", expected: ',' or 'end of string'");
      if (!begins_requirement()) return refused(tokens_.next(), ", expected: identifier after ','");
    }
    return all;
  }

 private:
  static std::string found(const Token& token, std::string_view expected) {
    return "found '" + std::string(token.text) + "'" + std::string(expected);
  }
  static Status refused(const Token& token, std::string_view expected) {
    return bad_request(found(token, expected));
  }

  bool begins_requirement() const { return tokens_.next().kind == Kind::word || tokens_.next().is("!"); }
  bool at_end_of_requirement() const { return tokens_.next().kind == Kind::end || tokens_.next().is(","); }

  /// These give what is wrong, or nothing.
  std::string read_requirement(LabelRequirement& requirement) {
    const bool absent = tokens_.next().is("!");
    if (absent) tokens_.take();
    const auto key = tokens_.take();
    if (key.kind != Kind::word) return found(key, ", expected: identifier");
    if (!is_text(key.text)) return "key: Invalid value: \"" + std::string(key.text) + "\": is no label key";
    requirement.key = key.text;
    requirement.op = absent ? LabelOperator::absent : LabelOperator::exists;
    if (absent || at_end_of_requirement()) return {};
    const auto sign = tokens_.take();
    const auto op = operator_of(sign);
    if (!op) return found(sign, ", expected: in, notin, =, ==, !=, gt, lt");
    requirement.op = *op;
    const bool set = *op == LabelOperator::in || *op == LabelOperator::not_in;
    auto error = set ? read_values(requirement.values) : read_value(requirement.values);
    return error.empty() ? check_values(requirement) : error;
  }

  std::string read_value(std::vector<std::string>& values) {
    values.emplace_back();
    if (at_end_of_requirement()) return {};
    const auto value = tokens_.take();
    if (value.kind != Kind::word) return found(value, ", expected: identifier");
    values.back() = value.text;
    return {};
  }

  std::string read_values(std::vector<std::string>& values) {
    const auto open = tokens_.take();
    if (!open.is("(")) return found(open, " expected: '('");
    while (true) {
      values.emplace_back();
      if (tokens_.next().kind == Kind::word) values.back() = tokens_.take().text;
      const auto after = tokens_.take();
      if (after.is(")")) return {};
      if (!after.is(",")) return found(after, ", expected: ',' or ')'");
    }
  }

  static std::string check_values(const LabelRequirement& requirement) {
    for (const auto& value : requirement.values) {
      const auto quoted = "values[0]: Invalid value: \"" + value + "\": ";
      if (!is_text(value) || value.find('/') != std::string::npos) return quoted + "is no label value";
      const bool ordered = requirement.op == LabelOperator::greater || requirement.op == LabelOperator::less;
      std::int64_t number = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
      if (ordered && (error != std::errc() || end != value.data() + value.size()))
        return quoted + "for 'Gt', 'Lt' operators, the value must be an integer";
    }
    return {};
  }

  Lexer tokens_;
};

}  // namespace

Answer<std::vector<LabelRequirement>> parse_labels(std::string_view text) {
  return LabelParser(text).parse();
}

}  // namespace hearth::api
