// SPDX-License-Identifier: Apache-2.0
// The lines of a watch, in pieces. Input: the size of the pieces, then the stream.
#include "cloud/kube/line_splitter.hpp"

#include <algorithm>

#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace hearth;

constexpr std::size_t kMaxLine = 256;

struct Outcome {
  std::vector<std::string> lines;
  bool too_long = false;
  bool partial = false;
  bool operator==(const Outcome&) const = default;
};

Outcome split(std::string_view stream, std::size_t piece) {
  kube::LineSplitter splitter(kMaxLine);
  Outcome outcome;
  while (!stream.empty() && !outcome.too_long) {
    const auto bytes = stream.substr(0, piece);
    stream.remove_prefix(bytes.size());
    const auto lines = splitter.feed(bytes);
    outcome.too_long = !lines;
    if (lines) outcome.lines.insert(outcome.lines.end(), lines->begin(), lines->end());
  }
  outcome.partial = !outcome.too_long && splitter.partial();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto stream = fuzz::as_text(data + 1, size - 1);
  const auto pieces = split(stream, std::size_t{data[0]} + 1);
  const auto whole = split(stream, std::max<std::size_t>(stream.size(), 1));
  // A line that is too long ends both, but what came before it in the same piece is lost with it.
  fuzz::require(pieces.too_long == whole.too_long, "a line is too long however it comes");
  if (!whole.too_long) fuzz::require(pieces == whole, "the lines do not depend on the pieces");
  for (const auto& line : whole.lines) {
    fuzz::require(!line.empty() && line.find('\n') == line.npos, "a line is a line");
  }
  return 0;
}
