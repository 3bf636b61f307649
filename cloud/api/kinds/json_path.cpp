// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/kinds/json_path.hpp"

#include <charconv>

namespace hearth::api {

using nlohmann::json;

class JsonPath::Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), rest_(text) {
    if (rest_.size() >= 2 && rest_.front() == '{' && rest_.back() == '}')
      rest_ = rest_.substr(1, rest_.size() - 2);
    if (!rest_.empty() && rest_.front() == '$') rest_.remove_prefix(1);
  }

  Result<std::vector<Step>> parse() {
    std::vector<Step> steps;
    while (!rest_.empty()) {
      Step step;
      const bool read = rest_.front() == '[' ? read_bracket(step) : read_field(step);
      if (!read) {
        return hearth::invalid(
            "BadJsonPath",
            "\"" + std::string(text_) + "\" is no supported JSONPath at \"" + std::string(rest_) + "\"");
      }
      steps.push_back(std::move(step));
    }
    return steps;
  }

 private:
  /// A name up to the next unescaped '.' or '['; "\." is a dot of the name, as label keys have it.
  std::string read_name() {
    std::string name;
    while (!rest_.empty() && rest_.front() != '.' && rest_.front() != '[') {
      if (rest_.front() == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
      name += rest_.front();
      rest_.remove_prefix(1);
    }
    return name;
  }

  bool read_field(Step& step) {
    if (rest_.front() == '.') rest_.remove_prefix(1);
    if (rest_.starts_with("[")) return read_bracket(step);
    step.name = read_name();
    if (step.name == "*") step.kind = StepKind::all;
    return !step.name.empty();
  }

  bool read_bracket(Step& step) {
    const auto close = rest_.starts_with("[?(") ? rest_.find(")]") : rest_.find(']');
    if (close == std::string_view::npos) return false;
    const auto inside = rest_.substr(1, close - 1);
    const bool filter = inside.starts_with("?(");
    if (!(filter ? read_filter(inside.substr(2), step) : read_subscript(inside, step))) return false;
    rest_.remove_prefix(close + (filter ? 2 : 1));
    return true;
  }

  static bool unquote(std::string_view text, std::string& out) {
    if (text.size() < 2 || (text.front() != '\'' && text.front() != '"') || text.back() != text.front()) {
      return false;
    }
    out = text.substr(1, text.size() - 2);
    return true;
  }

  static bool read_subscript(std::string_view inside, Step& step) {
    if (inside == "*") {
      step.kind = StepKind::all;
      return true;
    }
    if (unquote(inside, step.name)) return true;
    step.kind = StepKind::index;
    const auto [end, error] = std::from_chars(inside.data(), inside.data() + inside.size(), step.index);
    return error == std::errc() && end == inside.data() + inside.size();
  }

  static bool read_filter(std::string_view inside, Step& step) {
    step.kind = StepKind::filter;
    auto op = inside.find("==");
    if (op == std::string_view::npos) {
      op = inside.find("!=");
      step.equal = false;
    }
    if (op == std::string_view::npos || !inside.starts_with("@.")) return false;
    const auto trim = [](std::string_view text) {
      while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
      while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
      return text;
    };
    auto key = trim(inside.substr(2, op - 2));
    while (!key.empty()) {
      const auto dot = key.find('.');
      step.key.emplace_back(key.substr(0, dot));
      key.remove_prefix(dot == std::string_view::npos ? key.size() : dot + 1);
    }
    const auto value = trim(inside.substr(op + 2));
    if (!unquote(value, step.value)) step.value = value;
    return !step.key.empty() && !step.value.empty();
  }

  std::string_view text_;
  std::string_view rest_;
};

Result<JsonPath> JsonPath::parse(std::string_view text) {
  auto steps = Parser(text).parse();
  if (!steps) return steps.error();
  JsonPath path;
  path.steps_ = std::move(*steps);
  return path;
}

void JsonPath::apply(const Step& step, const json& at, std::vector<const json*>& out) {
  switch (step.kind) {
    case StepKind::field:
      if (!at.is_object()) return;
      if (const auto found = at.find(step.name); found != at.end()) out.push_back(&*found);
      return;
    case StepKind::index: {
      if (!at.is_array()) return;
      const auto size = static_cast<long>(at.size());
      const auto index = step.index < 0 ? size + step.index : step.index;
      if (index >= 0 && index < size) out.push_back(&at[static_cast<std::size_t>(index)]);
      return;
    }
    case StepKind::all:
      if (!at.is_structured()) return;
      for (const auto& item : at)
        out.push_back(&item);
      return;
    case StepKind::filter:
      if (!at.is_array()) return;
      for (const auto& item : at) {
        const json* value = &item;
        for (const auto& name : step.key) {
          const auto next = value->is_object() ? value->find(name) : value->end();
          value = value->is_object() && next != value->end() ? &*next : nullptr;
          if (value == nullptr) break;
        }
        if (value == nullptr) continue;
        const auto text = value->is_string() ? value->get<std::string>() : value->dump();
        if ((text == step.value) == step.equal) out.push_back(&item);
      }
      return;
  }
}

std::vector<const json*> JsonPath::find(const json& root) const {
  std::vector<const json*> current = {&root};
  for (const auto& step : steps_) {
    std::vector<const json*> next;
    for (const auto* at : current)
      apply(step, *at, next);
    current = std::move(next);
  }
  return current;
}

}  // namespace hearth::api
