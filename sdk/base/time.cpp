// SPDX-License-Identifier: Apache-2.0
#include "sdk/base/time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ctime>

namespace hearth {
namespace {

std::tm to_utc(WallTime time) {
  const std::time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(time));
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return utc;
}

std::string date_and_time(const std::tm& utc) {
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                     utc.tm_hour, utc.tm_min, utc.tm_sec);
}

/// Takes fixed-width digits off the front of a text; once something did not fit, stays failed.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  int digits(std::size_t width) {
    int value = 0;
    if (rest_.size() < width) return fail();
    const auto end = rest_.data() + width;
    if (std::from_chars(rest_.data(), end, value).ptr != end || value < 0) return fail();
    rest_.remove_prefix(width);
    return value;
  }

  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void want(char c) {
    if (!take(c)) fail();
  }

  std::chrono::microseconds fraction() {
    std::int64_t value = 0;
    int seen = 0;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      if (seen++ < 6) value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    if (seen == 0) fail();
    for (; seen < 6; ++seen)
      value *= 10;
    return std::chrono::microseconds(value);
  }

  bool ok() const { return ok_ && rest_.empty(); }

 private:
  int fail() {
    ok_ = false;
    return 0;
  }

  std::string_view rest_;
  bool ok_ = true;
};

/// RFC 3339 has years 0 to 9999, a WallTime counts nanoseconds and ends in 2262. The bounds are whole seconds, so that
/// rounding does not lead out of the range again.
WallTime nearest(std::chrono::sys_time<std::chrono::microseconds> time) {
  using std::chrono::seconds;
  return std::clamp<std::chrono::sys_time<std::chrono::microseconds>>(
      time, std::chrono::ceil<seconds>(WallTime::min()), std::chrono::floor<seconds>(WallTime::max()));
}

}  // namespace

Clock system_clock() {
  return [] { return std::chrono::system_clock::now(); };
}

std::int64_t to_unix_ms(WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

WallTime from_unix_ms(std::int64_t ms) {
  return WallTime(std::chrono::milliseconds(ms));
}

std::string to_rfc3339(WallTime time) {
  return date_and_time(to_utc(time)) + "Z";
}

std::string to_rfc3339_micro(WallTime time) {
  using std::chrono::microseconds;
  const auto micros = std::chrono::floor<microseconds>(time - std::chrono::floor<std::chrono::seconds>(time));
  return fmt::format("{}.{:06}Z", date_and_time(to_utc(time)), micros.count());
}

Result<WallTime> parse_rfc3339(std::string_view text) {
  Scanner scan(text);
  const std::chrono::year year(scan.digits(4));
  scan.want('-');
  const std::chrono::month month(static_cast<unsigned>(scan.digits(2)));
  scan.want('-');
  const std::chrono::day day(static_cast<unsigned>(scan.digits(2)));
  scan.want('T');
  const std::chrono::hours hours(scan.digits(2));
  scan.want(':');
  const std::chrono::minutes minutes(scan.digits(2));
  scan.want(':');
  const std::chrono::seconds seconds(scan.digits(2));
  std::chrono::microseconds fraction{0};
  if (scan.take('.')) fraction = scan.fraction();

  std::chrono::minutes offset{0};
  if (!scan.take('Z')) {
    const bool west = scan.take('-');
    if (!west) scan.want('+');
    offset = std::chrono::hours(scan.digits(2));
    scan.want(':');
    offset += std::chrono::minutes(scan.digits(2));
    if (west) offset = -offset;
  }
  const auto date = year / month / day;
  const bool in_range = date.ok() && hours.count() < 24 && minutes.count() < 60 && seconds.count() <= 60;
  if (!scan.ok() || !in_range) {
    return invalid("BadTime", fmt::format("\"{}\" is no RFC 3339 time such as 2026-01-01T00:00:05Z", text));
  }
  return nearest(std::chrono::sys_days(date) + hours + minutes + seconds + fraction - offset);
}

}  // namespace hearth
