// SPDX-License-Identifier: Apache-2.0
// Endless inputs made from a few seeds: bits flipped, pieces cut, repeated, exchanged between seeds, and tokens put in
// that parsers stumble over. The same seeds give the same inputs.
// Thread: one.   Errors: none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hearth::fuzz {

/// Marsaglia's xorshift64.
class Random {
 public:
  std::uint64_t next() {
    state_ ^= state_ << 13U;
    state_ ^= state_ >> 7U;
    state_ ^= state_ << 17U;
    return state_;
  }
  /// 0 … bound-1; 0 for a bound of 0.
  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : static_cast<std::size_t>(next() % bound); }

 private:
  std::uint64_t state_ = 0x48656172'74680001;
};

class Mutator {
 public:
  /// At least one seed.
  explicit Mutator(std::vector<std::string> seeds) : seeds_(std::move(seeds)) {}

  std::string next();

 private:
  const std::string& any_seed() { return seeds_[random_.below(seeds_.size())]; }
  void mutate(std::string& input);
  void flip_bit(std::string& input);
  void cut(std::string& input);
  void repeat(std::string& input);
  void splice(std::string& input);
  void insert_token(std::string& input);

  std::vector<std::string> seeds_;
  Random random_;
};

}  // namespace hearth::fuzz
