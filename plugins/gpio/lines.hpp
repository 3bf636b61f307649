// SPDX-License-Identifier: Apache-2.0
// The kernel's GPIO lines as this mapper needs them, whichever libgpiod is below.
// Thread: one at a time for a chip and its lines.   Errors: link if the chip is gone or not there; busy if somebody
// else holds the line; config for a line that does not exist.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "sdk/mapper/types.hpp"

namespace hearth::gpio {

/// How a chip is found. A name (gpiochip0) is given by the order of probing, so it only counts together with the
/// label the chip must have.
struct ChipAddress {
  std::string name;  ///< empty: by label alone
  std::string label;
};

struct Offset {
  std::uint32_t value = 0;
  bool operator==(const Offset&) const = default;
};
using LineAddress = std::variant<Offset, std::string>;

/// "line 17", "line relay".
std::string to_string(const LineAddress& line);

enum class Direction { input, output };
enum class Bias { as_is, disabled, pull_up, pull_down };
enum class Drive { push_pull, open_drain, open_source };

struct LineRequest {
  LineAddress line;
  std::string consumer;
  Direction direction = Direction::input;
  bool active_low = false;
  Bias bias = Bias::as_is;
  Drive drive = Drive::push_pull;
  /// Of an output. None: a line that is driven already keeps its level, any other starts inactive.
  std::optional<bool> initial;
};

/// A line that is ours until the object is destroyed. Values are logical: active_low is accounted for.
class Line {
 public:
  virtual ~Line() = default;
  virtual mapper::Expected<bool> get() = 0;
  virtual mapper::Status set(bool active) = 0;
};

/// An open chip. Its lines must not outlive it.
class Chip {
 public:
  virtual ~Chip() = default;
  virtual mapper::Expected<std::unique_ptr<Line>> request(const LineRequest& request) = 0;
};

/// Opens a chip of this machine and checks its label.
mapper::Expected<std::unique_ptr<Chip>> open_chip(const ChipAddress& address);

}  // namespace hearth::gpio
