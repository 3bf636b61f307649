// SPDX-License-Identifier: Apache-2.0
#include "sdk/schema/json_text.hpp"

#include <utility>

#include "sdk/schema/structural.hpp"

namespace hearth::schema {
namespace {

using nlohmann::json;

/// Builds the value from the parser's events: the only way to see duplicate keys and to stop at a depth.
class JsonBuilder : public nlohmann::json_sax<json> {
 public:
  JsonBuilder(JsonText& out, std::size_t max_depth) : out_(out), max_depth_(max_depth) {}

  const std::string& error() const { return error_; }

  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override { return put(value); }
  bool number_float(number_float_t value, const string_t&) override { return put(value); }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(json::object()); }
  bool start_array(std::size_t) override { return open(json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override;
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& fault) override;

 private:
  struct Level {
    json* value;
    std::string key;
  };

  json* place(json value);
  bool put(json value);
  bool open(json value);
  bool close();
  std::string path() const;

  JsonText& out_;
  std::size_t max_depth_;
  std::vector<Level> levels_;
  std::string error_;
};

json* JsonBuilder::place(json value) {
  if (levels_.empty()) {
    out_.value = std::move(value);
    return &out_.value;
  }
  Level& level = levels_.back();
  if (level.value->is_object()) return &((*level.value)[level.key] = std::move(value));
  level.value->push_back(std::move(value));
  return &level.value->back();
}

bool JsonBuilder::put(json value) {
  place(std::move(value));
  return true;
}

bool JsonBuilder::open(json value) {
  if (levels_.size() >= max_depth_) {
    error_ = "nested deeper than " + std::to_string(max_depth_);
    return false;
  }
  json* const placed = place(std::move(value));
  levels_.push_back({placed, {}});
  return true;
}

bool JsonBuilder::close() {
  levels_.pop_back();
  return true;
}

bool JsonBuilder::key(string_t& name) {
  Level& level = levels_.back();
  const bool seen = level.value->contains(name);
  level.key = std::move(name);
  if (seen && out_.duplicate_keys.size() < kMaxReported) out_.duplicate_keys.push_back(path());
  return true;
}

bool JsonBuilder::parse_error(std::size_t, const std::string&, const nlohmann::json::exception& fault) {
  // Cut the library's own prefix "[json.exception.parse_error.101] ".
  const std::string text = fault.what();
  const auto end = text.find("] ");
  error_ = end == std::string::npos ? text : text.substr(end + 2);
  return false;
}

std::string JsonBuilder::path() const {
  std::string text;
  for (const Level& level : levels_) {
    if (level.value->is_object()) {
      text += (text.empty() ? "" : ".") + level.key;
    } else {
      text += "[" + std::to_string(level.value->size() - 1) + "]";
    }
  }
  return text;
}

}  // namespace

Result<JsonText> parse_json(std::string_view text, std::size_t max_depth) {
  JsonText result;
  JsonBuilder builder(result, max_depth);
  if (json::sax_parse(text, &builder)) return result;
  return invalid("BadJson", builder.error().empty() ? "not JSON" : builder.error());
}

}  // namespace hearth::schema
