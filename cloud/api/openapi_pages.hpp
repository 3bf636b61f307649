// SPDX-License-Identifier: Apache-2.0
// The /openapi paths over the documents of the kinds served, made when the first client asks.
// Thread: any; whoever comes while they are made waits.   Errors: an unknown document is no answer.
#pragma once

#include <mutex>
#include <optional>

#include "cloud/api/openapi/openapi.hpp"
#include "cloud/api/request.hpp"
#include "cloud/api/resource_type.hpp"
#include "cloud/api/response.hpp"

namespace hearth::api {

class OpenApiPages {
 public:
  explicit OpenApiPages(const Registry& registry) : registry_(registry) {}

  /// GET /openapi/v2, /openapi/v3, /openapi/v3/KEY; honours If-None-Match.
  std::optional<Response> get(const net::HttpRequest& request, const Target& target) const;

 private:
  const openapi::Document* find(const net::HttpRequest& request, const Target& target) const;

  const openapi::OpenApiDocuments& documents() const;

  const Registry& registry_;
  mutable std::once_flag made_;
  mutable openapi::OpenApiDocuments documents_;
};

}  // namespace hearth::api
