// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/mutator.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace hearth::fuzz {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kMaxSize = 64 * 1024;
constexpr std::size_t kMaxSteps = 4;
constexpr std::size_t kLongestRepeat = 200;

constexpr std::array kTokens{
    "null"sv,
    "true"sv,
    "{}"sv,
    "[]"sv,
    "\"\""sv,
    "\"a\":"sv,
    ","sv,
    "0"sv,
    "-1"sv,
    "1e999"sv,
    "-0.0"sv,
    "1e-400"sv,
    "NaN"sv,
    "9223372036854775808"sv,
    "18446744073709551616"sv,
    "\\ud800"sv,
    "\\u0000"sv,
    "\\"sv,
    "\""sv,
    "\0"sv,
    "\n"sv,
    "\r\n"sv,
    "\t"sv,
    "\xff"sv,
    "\xc0\x80"sv,
    "\xed\xa0\x80"sv,
    "\xf4\x90\x80\x80"sv,
    "\x7f"
    "ELF"sv,
    "\xff\xff\xff\xff"sv,
    "\xff\xff\xff\xff\xff\xff\xff\xff"sv,
    "\x80\x80\x80\x80"sv,
    "../"sv,
    "/"sv,
    "//"sv,
    "."sv,
    "~1"sv,
    "%00"sv,
    "%"sv,
    "[["sv,
    "{{"sv,
    "&a "sv,
    "*a"sv,
    "<<: *a"sv,
    "!!binary "sv,
    "---\n"sv,
    "? "sv,
    "- "sv,
    "|+9\n"sv,
    "# "sv,
    "$hw/events/device/"sv,
    "default/"sv,
    "device/"sv,
    "[?(@.a==\"b\")]"sv,
    "[*]"sv,
    "[-1]"sv,
    "!="sv,
    " in ("sv,
    "::"sv,
    "0000"sv,
    "9999"sv,
    "1969"sv,
    "+23:59"sv,
};

}  // namespace

std::string Mutator::next() {
  auto input = any_seed();
  for (auto steps = 1 + random_.below(kMaxSteps); steps > 0; --steps)
    mutate(input);
  if (input.size() > kMaxSize) input.resize(kMaxSize);
  return input;
}

void Mutator::mutate(std::string& input) {
  switch (random_.below(6)) {
    case 0:
      return flip_bit(input);
    case 1:
      return cut(input);
    case 2:
      return repeat(input);
    case 3:
      return splice(input);
    case 4:
      return insert_token(input);
    default:
      return input.resize(random_.below(input.size() + 1));
  }
}

void Mutator::flip_bit(std::string& input) {
  if (input.empty()) return;
  auto& byte = input[random_.below(input.size())];
  byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << random_.below(8)));
}

void Mutator::cut(std::string& input) {
  const auto at = random_.below(input.size());
  input.erase(at, random_.below(16) + 1);
}

void Mutator::repeat(std::string& input) {
  const auto at = random_.below(input.size());
  const auto piece = input.substr(at, random_.below(32) + 1);
  std::string many;
  for (auto times = random_.below(kLongestRepeat); times > 0 && many.size() < kMaxSize; --times)
    many += piece;
  input.insert(at, many);
}

void Mutator::splice(std::string& input) {
  const auto& other = any_seed();
  const auto from = random_.below(other.size());
  const auto at = random_.below(input.size() + 1);
  input.insert(at, other, from, random_.below(other.size() - from) + 1);
}

void Mutator::insert_token(std::string& input) {
  const auto token = kTokens[random_.below(kTokens.size())];
  const auto at = random_.below(input.size() + 1);
  // Half of the tokens stand in place of what was there, so that a number in a document becomes another one.
  if (random_.below(2) == 0) input.erase(at, token.size());
  input.insert(std::min(at, input.size()), token);
}

}  // namespace hearth::fuzz
