// SPDX-License-Identifier: Apache-2.0
#include "sdk/net/http.hpp"

#include <boost/beast/core/string.hpp>

namespace hearth::net {

std::string_view Headers::get(std::string_view name) const {
  for (const auto& [field, value] : fields_) {
    if (boost::beast::iequals(field, name)) return value;
  }
  return {};
}

bool Headers::has(std::string_view name) const {
  for (const auto& field : fields_) {
    if (boost::beast::iequals(field.first, name)) return true;
  }
  return false;
}

}  // namespace hearth::net
