// SPDX-License-Identifier: Apache-2.0
// Names that must not be mixed up, and fresh identifiers.
// Thread: any.   Errors: text that is no such name gives an Error.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>

#include "sdk/base/error.hpp"

namespace hearth {

/// A device by namespace and name; prints as KubeEdge's id from 1.16.2 on: "default/lamp".
struct DeviceId {
  std::string ns;
  std::string name;

  std::string str() const { return ns + "/" + name; }
  auto operator<=>(const DeviceId&) const = default;
};

/// Takes "ns/name", and "name" (KubeEdge up to 1.16.1) as default/name. Each part must be a DNS subdomain.
Result<DeviceId> parse_device_id(std::string_view text);

/// RFC 1123 subdomain: what Kubernetes allows as the name of an object (1 to 253 characters).
bool is_dns_subdomain(std::string_view text);

/// A version 4 UUID in lower case.
std::string new_uuid();

}  // namespace hearth

template <>
struct std::hash<hearth::DeviceId> {
  std::size_t operator()(const hearth::DeviceId& id) const noexcept {
    return std::hash<std::string>{}(id.str());
  }
};
