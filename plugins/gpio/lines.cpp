// SPDX-License-Identifier: Apache-2.0
// Behind lines.hpp: libgpiod 1.6, the version of Debian 12.
#include "plugins/gpio/lines.hpp"

#include <fmt/core.h>
#include <gpiod.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <vector>

namespace hearth::gpio {
namespace {

namespace fs = std::filesystem;
using mapper::Expected;
using mapper::Status;

struct CloseChip {
  void operator()(gpiod_chip* chip) const { gpiod_chip_close(chip); }
};
using ChipPtr = std::unique_ptr<gpiod_chip, CloseChip>;

constexpr std::string_view kPermissionMend =
    "add the host's user to the group gpio (usermod -aG gpio USER) and give the chips to that group with the "
    "udev rule SUBSYSTEM==\"gpio\", KERNEL==\"gpiochip*\", GROUP=\"gpio\", MODE=\"0660\"";

/// The status of a failed call, from errno.
Status failure(int error, std::string_view doing) {
  const auto reason = std::generic_category().message(error);
  if (error == EACCES || error == EPERM) {
    return mapper::link_error(fmt::format("{}: permission denied; {}", doing, kPermissionMend));
  }
  if (error == ENODEV || error == ENXIO || error == ENOENT || error == EBADF) {
    return mapper::link_error(fmt::format("{}: the chip is gone ({})", doing, reason));
  }
  if (error == EINVAL || error == ENOTSUP) {
    return mapper::config_error(
        fmt::format("{}: the chip cannot do what bias, drive and direction ask for ({})", doing, reason));
  }
  return mapper::point_error(fmt::format("{}: {}", doing, reason));
}

class KernelLine : public Line {
 public:
  KernelLine(gpiod_line* line, std::string what) : line_(line), what_(std::move(what)) {}
  ~KernelLine() override { gpiod_line_release(line_); }

  Expected<bool> get() override {
    const int value = gpiod_line_get_value(line_);
    if (value < 0) return failure(errno, "reading " + what_);
    return value != 0;
  }

  Status set(bool active) override {
    if (gpiod_line_set_value(line_, active ? 1 : 0) == 0) return {};
    return failure(errno, "switching " + what_);
  }

 private:
  gpiod_line* line_;
  std::string what_;
};

int flags_of(const LineRequest& request) {
  int flags = request.active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0;
  switch (request.bias) {
    case Bias::as_is:
      break;
    case Bias::disabled:
      flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE;
      break;
    case Bias::pull_up:
      flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP;
      break;
    case Bias::pull_down:
      flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN;
      break;
  }
  switch (request.drive) {
    case Drive::push_pull:
      break;
    case Drive::open_drain:
      flags |= GPIOD_LINE_REQUEST_FLAG_OPEN_DRAIN;
      break;
    case Drive::open_source:
      flags |= GPIOD_LINE_REQUEST_FLAG_OPEN_SOURCE;
      break;
  }
  return flags;
}

class KernelChip : public Chip {
 public:
  KernelChip(ChipPtr chip, std::string label) : chip_(std::move(chip)), label_(std::move(label)) {}

  Expected<std::unique_ptr<Line>> request(const LineRequest& request) override {
    const auto what = to_string(request.line) + " of chip " + label_;
    const auto line = find(request.line, what);
    if (!line) return line.error();
    if (gpiod_line_is_used(*line)) return busy(*line, what);
    if (acquire(*line, request) != 0) {
      const int error = errno;
      // The information is of the moment of asking; somebody may have been quicker.
      if (error == EBUSY && gpiod_line_update(*line) == 0) return busy(*line, what);
      return failure(error, "requesting " + what);
    }
    return std::make_unique<KernelLine>(*line, what);
  }

 private:
  Expected<gpiod_line*> find(const LineAddress& address, const std::string& what) const {
    if (const auto* offset = std::get_if<Offset>(&address)) return at(offset->value, what);
    gpiod_line* found = nullptr;
    for (unsigned i = 0; i < gpiod_chip_num_lines(chip_.get()); ++i) {
      const auto line = at(i, what);
      if (!line) return line.error();
      const char* name = gpiod_line_name(*line);
      if (!name || std::get<std::string>(address) != name) continue;
      if (found) return mapper::config_error(what + ": two lines have that name; give the offset instead");
      found = *line;
    }
    if (found) return found;
    return mapper::config_error(what + ": no line has that name; gpioinfo lists them");
  }

  Expected<gpiod_line*> at(std::uint32_t offset, const std::string& what) const {
    const auto count = gpiod_chip_num_lines(chip_.get());
    if (offset >= count) {
      return mapper::config_error(fmt::format("{}: the chip has lines 0 to {}", what, count - 1));
    }
    auto* line = gpiod_chip_get_line(chip_.get(), offset);
    if (!line) return failure(errno, "looking at " + what);
    return line;
  }

  static Status busy(gpiod_line* line, const std::string& what) {
    const char* holder = gpiod_line_consumer(line);
    return mapper::busy_error(
        fmt::format("{} is held by {}", what, holder ? fmt::format("\"{}\"", holder) : "the kernel"));
  }

  static int acquire(gpiod_line* line, const LineRequest& request) {
    gpiod_line_request_config config{.consumer = request.consumer.c_str(),
                                     .request_type = GPIOD_LINE_REQUEST_DIRECTION_INPUT,
                                     .flags = flags_of(request)};
    if (request.direction == Direction::input) return gpiod_line_request(line, &config, 0);
    const bool driven = gpiod_line_direction(line) == GPIOD_LINE_DIRECTION_OUTPUT;
    if (request.initial || !driven) {
      config.request_type = GPIOD_LINE_REQUEST_DIRECTION_OUTPUT;
      return gpiod_line_request(line, &config, request.initial.value_or(false) ? 1 : 0);
    }
    return take_over(line, config);
  }

  /// Requests a driven line without a moment in which it is an input or at another level.
  static int take_over(gpiod_line* line, gpiod_line_request_config& config) {
    config.request_type = GPIOD_LINE_REQUEST_DIRECTION_AS_IS;
    const int flags = config.flags;
    // As-is allows no bias and no drive; they come with the direction below.
    config.flags &= GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW;
    if (gpiod_line_request(line, &config, 0) != 0) return -1;
    const int level = gpiod_line_get_value(line);
    if (level >= 0 && gpiod_line_set_config(line, GPIOD_LINE_REQUEST_DIRECTION_OUTPUT, flags, level) == 0) {
      return 0;
    }
    const int error = errno;
    gpiod_line_release(line);
    errno = error;
    return -1;
  }

  ChipPtr chip_;
  std::string label_;
};

/// What was seen while looking for a label.
struct Search {
  std::vector<ChipPtr> matches;
  std::string seen;
  std::optional<Status> denied;
};

Search search(const std::string& label) {
  Search out;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator("/dev", ec)) {
    if (!entry.path().filename().string().starts_with("gpiochip")) continue;
    ChipPtr chip(gpiod_chip_open(entry.path().c_str()));
    if (!chip) {
      if (errno == EACCES || errno == EPERM) out.denied = failure(errno, "opening " + entry.path().string());
      continue;
    }
    out.seen += fmt::format("{}{} is \"{}\"", out.seen.empty() ? "" : ", ", gpiod_chip_name(chip.get()),
                            gpiod_chip_label(chip.get()));
    if (label == gpiod_chip_label(chip.get())) out.matches.push_back(std::move(chip));
  }
  return out;
}

Expected<ChipPtr> open_by_label(const std::string& label) {
  auto found = search(label);
  if (found.matches.size() == 1) return std::move(found.matches.front());
  if (found.matches.size() > 1) {
    return mapper::config_error(
        fmt::format("{} chips have the label \"{}\"; give one's name as chip and the label as label",
                    found.matches.size(), label));
  }
  if (found.denied) return *found.denied;
  return mapper::link_error(fmt::format("no GPIO chip has the label \"{}\" ({})", label,
                                        found.seen.empty() ? "this machine has no GPIO chip" : found.seen));
}

Expected<ChipPtr> open_by_name(const ChipAddress& address) {
  ChipPtr chip(gpiod_chip_open_lookup(address.name.c_str()));
  if (!chip && (errno == EACCES || errno == EPERM)) return failure(errno, "opening " + address.name);
  if (!chip) return mapper::link_error(fmt::format("there is no GPIO chip {}", address.name));
  if (address.label == gpiod_chip_label(chip.get())) return chip;
  return mapper::link_error(fmt::format("{} is now \"{}\", expected \"{}\"; no line of it is touched",
                                        address.name, gpiod_chip_label(chip.get()), address.label));
}

}  // namespace

std::string to_string(const LineAddress& line) {
  if (const auto* offset = std::get_if<Offset>(&line)) return "line " + std::to_string(offset->value);
  return "line " + std::get<std::string>(line);
}

Expected<std::unique_ptr<Chip>> open_chip(const ChipAddress& address) {
  auto chip = address.name.empty() ? open_by_label(address.label) : open_by_name(address);
  if (!chip) return chip.error();
  return std::make_unique<KernelChip>(std::move(*chip), address.label);
}

}  // namespace hearth::gpio
