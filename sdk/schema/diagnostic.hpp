// SPDX-License-Identifier: Apache-2.0
// What is wrong in a file, where, and what was meant: printed like a compiler's messages.
// Thread: plain values.   Errors: none.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::schema {

struct Diagnostic {
  std::string file;
  std::size_t line = 0;    ///< from 1; 0 = the place is not known
  std::size_t column = 0;  ///< from 1
  std::string message;
  std::string expected;    ///< `a number`; empty = nothing to say
  std::string suggestion;  ///< the name that was probably meant; empty = none is near
  std::string snippet;     ///< the source line, shortened around the column
  std::size_t caret = 0;   ///< column of the caret within the snippet, from 1; 0 = no caret

  bool operator==(const Diagnostic&) const = default;
};

/// The line `line` of `source`, at most about 120 characters of it around the column, into snippet and caret.
void attach_snippet(Diagnostic& diagnostic, std::string_view source);

/// `file:line:column: message`, the source line, a caret, `expected …`, `did you mean "x"?`; ends with a
/// newline.
std::string print(const Diagnostic& diagnostic);
/// All of them, one after another.
std::string print(std::span<const Diagnostic> diagnostics);

/// The candidate within a Damerau-Levenshtein distance of 2 (1 for names under 4 characters; case alone
/// counts as 1), nearest first; empty if none is.
std::string did_you_mean(std::string_view name, std::span<const std::string> candidates);

}  // namespace hearth::schema
