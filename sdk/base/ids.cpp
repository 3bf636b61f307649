// SPDX-License-Identifier: Apache-2.0
#include "sdk/base/ids.hpp"

#include <fmt/format.h>

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace hearth {
namespace {

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_dns_label_of_subdomain(std::string_view label) {
  if (label.empty() || !is_alphanumeric(label.front()) || !is_alphanumeric(label.back())) return false;
  for (const char c : label) {
    if (!is_alphanumeric(c) && c != '-') return false;
  }
  return true;
}

}  // namespace

bool is_dns_subdomain(std::string_view text) {
  if (text.size() > 253) return false;
  for (std::size_t start = 0;;) {
    const auto dot = text.find('.', start);
    if (!is_dns_label_of_subdomain(text.substr(start, dot == text.npos ? dot : dot - start))) return false;
    if (dot == text.npos) return true;
    start = dot + 1;
  }
}

Result<DeviceId> parse_device_id(std::string_view text) {
  const auto slash = text.find('/');
  DeviceId id{slash == text.npos ? "default" : std::string(text.substr(0, slash)),
              std::string(slash == text.npos ? text : text.substr(slash + 1))};
  if (!is_dns_subdomain(id.ns) || !is_dns_subdomain(id.name)) {
    return invalid("BadDeviceId",
                   fmt::format("\"{}\" is no device id such as default/lamp", text.substr(0, 300)));
  }
  return id;
}

std::string new_uuid() {
  // Seeded by the system once a thread; asking the system for each id would cost a call each.
  thread_local boost::uuids::random_generator_mt19937 generate;
  return boost::uuids::to_string(generate());
}

}  // namespace hearth
