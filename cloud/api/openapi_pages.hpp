// SPDX-License-Identifier: Apache-2.0
// The /openapi paths over the documents of the kinds served, made when a client asks for the first time since the kinds
// changed.
// Thread: any; whoever comes while they are made waits.   Errors: an unknown document is no answer.
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "cloud/api/kinds/registry.hpp"
#include "cloud/api/openapi/openapi.hpp"
#include "cloud/api/request.hpp"
#include "cloud/api/response.hpp"

namespace hearth::api {

class OpenApiPages {
 public:
  /// GET /openapi/v2, /openapi/v3, /openapi/v3/KEY; honours If-None-Match.
  std::optional<Response> get(const RegistryPtr& kinds, const net::HttpRequest& request,
                              const Target& target) const;

 private:
  using Documents = std::shared_ptr<const openapi::OpenApiDocuments>;

  Documents documents(const RegistryPtr& kinds) const;

  mutable std::mutex mutex_;
  mutable RegistryPtr made_for_;
  mutable Documents documents_;
};

}  // namespace hearth::api
