// SPDX-License-Identifier: Apache-2.0
// Result<T>: a value or an Error that says what went wrong, in words for a user.
// Thread: plain values.   Errors: this is how they travel; exceptions stay at start-up, plugin boundary and
// coroutine edges.
#pragma once

#include <boost/system/result.hpp>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace hearth {

/// What the caller can do about it.
enum class ErrorClass {
  invalid,      ///< the input is wrong; the same input fails again
  not_found,    ///< the thing named does not exist
  conflict,     ///< somebody else changed it, or it exists already
  denied,       ///< not allowed
  unavailable,  ///< a peer, file or link is away; trying later may help
  timeout,      ///< no answer before the deadline
  exhausted,    ///< a bound (size, count, disk) was reached
  internal,     ///< our own mistake
};

std::string_view to_string(ErrorClass cls);

struct [[nodiscard]] Error {
  ErrorClass cls = ErrorClass::internal;
  std::string code;  ///< short and stable, CamelCase, such as "BadToken"; becomes a condition's reason
  std::string text;  ///< one sentence without a final stop

  /// The same error with what was being done in front: "device pump-1: unit 3: no answer in 500 ms".
  Error within(std::string_view context) && {
    text.insert(0, std::string(context) + ": ");
    return std::move(*this);
  }
  Error within(std::string_view context) const& { return Error(*this).within(context); }

  bool operator==(const Error&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const Error& error) {
  return out << error.code << ": " << error.text;
}

/// What value() throws when there is none: only for start-up code and tests.
class ErrorException : public std::runtime_error {
 public:
  explicit ErrorException(Error error) : std::runtime_error(error.text), error_(std::move(error)) {}
  const Error& error() const { return error_; }

 private:
  Error error_;
};

[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw ErrorException(error);
}

template <class T>
using Result = boost::system::result<T, Error>;

inline Error invalid(std::string code, std::string text) {
  return {ErrorClass::invalid, std::move(code), std::move(text)};
}
inline Error not_found(std::string code, std::string text) {
  return {ErrorClass::not_found, std::move(code), std::move(text)};
}
inline Error unavailable(std::string code, std::string text) {
  return {ErrorClass::unavailable, std::move(code), std::move(text)};
}
inline Error internal_error(std::string text) {
  return {ErrorClass::internal, "Internal", std::move(text)};
}

}  // namespace hearth
