// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/journal.hpp"

#include <cstdio>

namespace hearth::sim {
namespace {

constexpr std::size_t kMaxFailures = 8;

std::uint64_t mix(std::uint64_t digest, std::string_view text) {
  for (const char c : text)
    digest = (digest ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return digest;
}

}  // namespace

void Journal::add(std::string_view who, const std::string& text) {
  const auto micros = std::chrono::duration_cast<Duration>(timeline_.now().time_since_epoch()).count();
  digest_ = mix(mix(digest_, who), text) ^ static_cast<std::uint64_t>(micros);
  if (print_) fmt::print("{:11.6f} {:<10} {}\n", static_cast<double>(micros) / 1e6, who, text);
}

void Journal::add_failure(std::string text) {
  const auto seconds = std::chrono::duration<double>(timeline_.now().time_since_epoch()).count();
  add("FAILURE", text);
  if (failures_.size() < kMaxFailures) failures_.push_back(fmt::format("{:.3f} s: {}", seconds, text));
}

}  // namespace hearth::sim
