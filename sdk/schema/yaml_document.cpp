// SPDX-License-Identifier: Apache-2.0
#include "sdk/schema/yaml_document.hpp"

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <charconv>
#include <optional>
#include <sstream>

#include "sdk/base/utf8.hpp"
#include "sdk/schema/json_text.hpp"
#include "sdk/schema/yaml_builder.hpp"

namespace hearth::schema {
namespace {

using nlohmann::json;

YamlStream refused(std::string file, std::string message) {
  YamlStream stream;
  Diagnostic& fault = stream.diagnostics.emplace_back();
  fault.file = std::move(file);
  fault.message = std::move(message);
  return stream;
}

Diagnostic make_diagnostic(const YamlSource& source, Position at, std::string message) {
  Diagnostic diagnostic;
  diagnostic.file = source.file;
  diagnostic.line = at.line;
  diagnostic.column = at.column;
  diagnostic.message = std::move(message);
  attach_snippet(diagnostic, source.text);
  return diagnostic;
}

bool starts_with_marker(std::string_view text, std::size_t line) {
  std::size_t start = 0;
  for (; line > 1 && start != std::string_view::npos; --line) {
    start = text.find('\n', start);
    if (start != std::string_view::npos) ++start;
  }
  return start != std::string_view::npos && text.substr(start).starts_with("---");
}

class YamlReader {
 public:
  YamlReader(std::shared_ptr<const YamlSource> source, const YamlLimits& limits)
      : source_(std::move(source)), builder_(limits), input_(source_->text) {}

  YamlStream read() {
    try {
      YAML::Parser parser(input_);
      while (parser.HandleNextDocument(builder_))
        add_document();
    } catch (const YamlFault& fault) {
      bad_syntax_ = fault.syntax;
      fail(fault.at, fault.message);
    } catch (const YAML::Exception& fault) {
      bad_syntax_ = true;
      fail(to_position(fault.mark), fault.msg);
    }
    return std::move(stream_);
  }

  /// Whether the text itself is no YAML to yaml-cpp, rather than against one of our rules.
  bool bad_syntax() const { return bad_syntax_; }

 private:
  void add_document() {
    const Position start = builder_.document_start();
    auto [value, places] = builder_.take();
    // yaml-cpp takes what follows a finished document for another one, even without a separator.
    if (read_before_ && !starts_with_marker(source_->text, start.line)) {
      throw YamlFault{start, "there is more after the end of the document"};
    }
    read_before_ = true;
    if (!value.is_null()) stream_.documents.emplace_back(std::move(value), std::move(places), source_);
  }

  void fail(Position at, std::string message) {
    stream_.diagnostics.push_back(make_diagnostic(*source_, at, std::move(message)));
  }

  std::shared_ptr<const YamlSource> source_;
  YamlBuilder builder_;
  std::istringstream input_;
  YamlStream stream_;
  bool read_before_ = false;
  bool bad_syntax_ = false;
};

/// JSON that yaml-cpp refuses, such as surrogate pairs in escapes and names of more than 1,024 characters; it then has
/// no places.
std::optional<YamlDocument> read_as_json(const std::shared_ptr<const YamlSource>& source) {
  const auto first = source->text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos || (source->text[first] != '{' && source->text[first] != '[')) return {};
  auto parsed = parse_json(source->text);
  if (!parsed || !parsed->duplicate_keys.empty()) return {};
  return YamlDocument(std::move(parsed->value), PlaceTree{}, source);
}

/// The member whose name is the longest beginning of the path; `rest` then starts behind it.
const PlaceTree* step_into_member(const PlaceTree& from, std::string_view& rest) {
  const std::string_view name = rest.starts_with('.') ? rest.substr(1) : rest;
  for (std::size_t end = name.size(); end != 0 && end != std::string_view::npos;
       end = name.find_last_of(".[", end - 1)) {
    const auto found = from.members.find(name.substr(0, end));
    if (found == from.members.end()) continue;
    rest = name.substr(end);
    return &found->second;
  }
  return nullptr;
}

const PlaceTree* step_into_item(const PlaceTree& from, std::string_view& rest) {
  std::size_t index = 0;
  const auto [stop, fault] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), index);
  const std::string_view after = rest.substr(static_cast<std::size_t>(stop - rest.data()));
  if (fault != std::errc{} || !after.starts_with(']') || index >= from.items.size()) return nullptr;
  rest = after.substr(1);
  return &from.items[index];
}

}  // namespace

Place YamlDocument::position(std::string_view path) const {
  const PlaceTree* node = &places_;
  while (!path.empty()) {
    const PlaceTree* next = path.front() == '[' ? step_into_item(*node, path) : step_into_member(*node, path);
    if (next == nullptr) break;
    node = next;
  }
  return node->here;
}

Diagnostic YamlDocument::diagnose(Position at, std::string message) const {
  return make_diagnostic(*source_, at, std::move(message));
}

YamlStream read_yaml(std::string_view text, std::string file, const YamlLimits& limits) {
  if (text.size() > limits.bytes) {
    return refused(std::move(file), "larger than " + std::to_string(limits.bytes) + " bytes");
  }
  // yaml-cpp passes any bytes on, and JSON values that hold them cannot be printed.
  if (!is_utf8(text)) return refused(std::move(file), "the text is not UTF-8");
  // Where it sees some at the start, yaml-cpp takes the text for UTF-16 or UTF-32 and makes of it what is no UTF-8.
  if (text.find('\0') != std::string_view::npos)
    return refused(std::move(file), "the text holds a NUL character");
  auto source = std::make_shared<const YamlSource>(YamlSource{std::move(file), std::string(text)});
  YamlReader reader(source, limits);
  YamlStream stream = reader.read();
  if (!reader.bad_syntax()) return stream;
  auto as_json = read_as_json(source);
  if (!as_json) return stream;
  YamlStream accepted;
  accepted.documents.push_back(*std::move(as_json));
  return accepted;
}

Result<std::vector<json>> parse_yaml(std::string_view text, std::string file) {
  YamlStream stream = read_yaml(text, std::move(file));
  if (!stream.diagnostics.empty()) return invalid("BadYaml", print(stream.diagnostics));
  std::vector<json> values;
  for (YamlDocument& document : stream.documents)
    values.push_back(std::move(document).take());
  return values;
}

Result<json> parse_yaml_document(std::string_view text, std::string file) {
  auto values = parse_yaml(text, file);
  if (!values) return std::move(values).error();
  if (values->size() == 1) return std::move(values->front());
  return invalid("BadYaml", file + ": expected one document, found " + std::to_string(values->size()));
}

}  // namespace hearth::schema
