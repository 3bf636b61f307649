// SPDX-License-Identifier: Apache-2.0
// What mapper and host tell each other, in C++: statuses, readings, outcomes of writes. Both sides of the C
// boundary (sdk/mapper/abi.h) use these same types.
// Thread: plain values.   Errors: a Status is how they travel here.
#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "sdk/device/value.hpp"

namespace hearth::mapper {

/// What the host does about it.
enum class StatusClass {
  ok,
  config,  ///< the configuration is wrong: never tried again until it changes
  point,   ///< this property only
  unit,    ///< this device; others on the same bus go on
  link,    ///< the shared connection: the host backs off and opens again
  busy,    ///< somebody else holds it, or no time was left: tried again soon
  bug,     ///< the mapper broke its own rules, or threw
};

/// ok, config, point, unit, link, busy, bug.
const char* to_string(StatusClass cls);

struct Status {
  StatusClass cls = StatusClass::ok;
  std::string text;  ///< one sentence for the user, without a final stop; empty if ok

  bool ok() const { return cls == StatusClass::ok; }
  bool operator==(const Status&) const = default;
};

inline Status config_error(std::string text) {
  return {StatusClass::config, std::move(text)};
}
inline Status point_error(std::string text) {
  return {StatusClass::point, std::move(text)};
}
inline Status unit_error(std::string text) {
  return {StatusClass::unit, std::move(text)};
}
inline Status link_error(std::string text) {
  return {StatusClass::link, std::move(text)};
}
inline Status busy_error(std::string text) {
  return {StatusClass::busy, std::move(text)};
}
inline Status bug_error(std::string text) {
  return {StatusClass::bug, std::move(text)};
}

/// A value, or the Status that says why there is none.
template <class T>
using Expected = boost::system::result<T, Status>;

[[noreturn]] void throw_exception_from_error(const Status& status, const boost::source_location& where);

enum class Quality {
  good,
  uncertain,  ///< read, but the device itself doubts it
  stale,      ///< the last known value; the device did not answer now
};

/// Mappers and host share the machine's monotonic clock.
using Deadline = std::chrono::steady_clock::time_point;
using SourceTime = std::chrono::system_clock::time_point;

struct ReadResult {
  Status status;
  device::Value value;                    ///< meaningful if status is ok
  std::optional<SourceTime> source_time;  ///< when the device measured it, if it says so
  Quality quality = Quality::good;
};

struct WriteOutcome {
  enum class Kind {
    confirmed,  ///< read back, and equal
    accepted,   ///< the device took it and cannot be read back
    mismatch,   ///< read back, and different: `actual`
    failed,     ///< `status` says why
  };
  Kind kind = Kind::failed;
  Status status;
  std::optional<device::Value> actual;  ///< what was read back: confirmed and mismatch
};

/// A device on the bus that no manifest names yet.
struct Discovered {
  std::string name;      ///< a proposal for metadata.name
  std::string protocol;  ///< the protocolName to use
  std::string config;    ///< JSON object for spec.protocol.configData
  std::string text;      ///< what a user would recognise it by
};

/// Receives values a device pushes: the property's name and its reading. May be called from any thread until
/// the device is closed.
using PushSink = std::function<void(const std::string& property, ReadResult reading)>;

}  // namespace hearth::mapper
