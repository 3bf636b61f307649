// SPDX-License-Identifier: Apache-2.0
#include "sdk/base/error.hpp"

namespace hearth {

std::string_view to_string(ErrorClass cls) {
  switch (cls) {
    case ErrorClass::invalid:
      return "invalid";
    case ErrorClass::not_found:
      return "not found";
    case ErrorClass::conflict:
      return "conflict";
    case ErrorClass::denied:
      return "denied";
    case ErrorClass::unavailable:
      return "unavailable";
    case ErrorClass::timeout:
      return "timeout";
    case ErrorClass::exhausted:
      return "exhausted";
    case ErrorClass::internal:
      return "internal";
  }
  return "unknown";
}

}  // namespace hearth
