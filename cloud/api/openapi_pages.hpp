// SPDX-License-Identifier: Apache-2.0
// The /openapi paths over the documents of the kinds served, made once.
// Thread: made at start, then shared read-only.   Errors: an unknown document is no answer.
#pragma once

#include <optional>

#include "cloud/api/openapi/openapi.hpp"
#include "cloud/api/request.hpp"
#include "cloud/api/resource_type.hpp"
#include "cloud/api/response.hpp"

namespace hearth::api {

class OpenApiPages {
 public:
  explicit OpenApiPages(const Registry& registry);

  /// GET /openapi/v2, /openapi/v3, /openapi/v3/KEY; honours If-None-Match.
  std::optional<Response> get(const net::HttpRequest& request, const Target& target) const;

 private:
  const openapi::Document* find(const net::HttpRequest& request, const Target& target) const;

  openapi::OpenApiDocuments documents_;
};

}  // namespace hearth::api
