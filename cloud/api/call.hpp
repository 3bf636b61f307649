// SPDX-License-Identifier: Apache-2.0
// One request as the handlers see it, and what they share.
// Thread: a call lives on its connection's strand; services are shared, see each.   Errors: none.
#pragma once

#include <map>
#include <string>

#include "cloud/access/audit_log.hpp"
#include "cloud/api/access_control.hpp"
#include "cloud/api/base/admission.hpp"
#include "cloud/api/event_retention.hpp"
#include "cloud/api/kinds/registry.hpp"
#include "cloud/api/request.hpp"
#include "cloud/api/store/object_store.hpp"
#include "sdk/base/time.hpp"
#include "sdk/net/http.hpp"

namespace hearth::api {

struct Services {
  ObjectStore& store;
  ServedKinds& kinds;
  const std::map<std::string, Admission>& admission;
  EventRetention& retention;  ///< only within a write
  AccessControl& access;
  access::AuditLog* audit;  ///< null: nothing is written down
  Clock clock;
};

struct Call {
  net::HttpRequest request;
  access::UserPtr user;  ///< who asks; never null
  bool local = false;  ///< from within this process
  WallTime received;
  Target target;
  ResourcePath path;
  RegistryPtr kinds;  ///< those served when the call came; type and version are of it
  const ResourceType* type = nullptr;
  const TypeVersion* version = nullptr;
  /// The body of a call from within this process, instead of request.body; its handler takes the value.
  std::shared_ptr<nlohmann::json> document;

  Key key() const { return {type->resource(), path.ns, path.name}; }
  bool status() const { return path.subresource == "status"; }
};

}  // namespace hearth::api
