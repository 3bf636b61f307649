// SPDX-License-Identifier: Apache-2.0
#include "sdk/mapper/types.hpp"

#include <stdexcept>

namespace hearth::mapper {

const char* to_string(StatusClass cls) {
  switch (cls) {
    case StatusClass::ok:
      return "ok";
    case StatusClass::config:
      return "config";
    case StatusClass::point:
      return "point";
    case StatusClass::unit:
      return "unit";
    case StatusClass::link:
      return "link";
    case StatusClass::busy:
      return "busy";
    case StatusClass::bug:
      return "bug";
  }
  return "unknown";
}

void throw_exception_from_error(const Status& status, const boost::source_location&) {
  throw std::runtime_error(status.text);
}

}  // namespace hearth::mapper
