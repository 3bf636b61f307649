// SPDX-License-Identifier: Apache-2.0
// Where the members of a JSON object, or the items of an array, lie in its text, without a parse: one pass over the bytes, no memory.
// Thread: pure functions.   Errors: none; the text must be valid JSON. Of text that is not, what is found means nothing,
// but nothing outside of it is read.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace hearth::object {

/// One member: its name and value as they are spelt, the name without its quotes.
struct Member {
  std::string_view name;
  std::string_view value;
};

/// The members of an object's text, one after the other.
class MemberScan {
 public:
  /// Other texts than of an object have no members.
  explicit MemberScan(std::string_view text);

  std::optional<Member> next();

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

/// The items of an array's text; other texts have none.
class ItemScan {
 public:
  explicit ItemScan(std::string_view text);

  std::optional<std::string_view> next();

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

/// The text of the value at a path of members; empty when a step is missing.
std::string_view value_at(std::string_view text, std::initializer_list<std::string_view> path);
/// The string at a path, as it is meant; empty when it is missing or no string.
std::string string_at(std::string_view text, std::initializer_list<std::string_view> path);

/// The inside of a string's text; what is no string is empty. Escapes stay as they are.
std::string_view unquoted(std::string_view value);

}  // namespace hearth::object
