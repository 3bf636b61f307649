// SPDX-License-Identifier: Apache-2.0
// The OpenAPI documents a Kubernetes API server publishes about its kinds: what kubectl's explain, create,
// apply and diff read. Version 3 for new clients, version 2 as JSON and as protobuf for old ones.
// Thread: pure functions; make the documents once for a set of kinds and share them.
// Errors: none; a schema keyword that OpenAPI lacks is left out.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace hearth::openapi {

/// What an API server knows of one kind in one version.
struct OpenApiKind {
  std::string group;  ///< empty for the core group
  std::string version;
  std::string kind;
  std::string plural;
  std::string singular;
  bool namespaced = true;
  nlohmann::json schema;           ///< openAPIV3Schema of the whole object
  bool has_status = false;         ///< there is a /status subresource
  std::vector<std::string> verbs;  ///< get list watch create update patch delete deletecollection
};

/// A document ready to be sent.
struct Document {
  std::string body;
  std::string content_type;
  std::string hash;  ///< of the body: upper-case hex; the ETag (to be quoted) and the `hash=` of the index
};

struct OpenApiDocuments {
  Document v3_index;  ///< GET /openapi/v3
  std::map<std::string, Document>
      v3;            ///< GET /openapi/v3/KEY; KEY is api/v1 or apis/devices.kubeedge.io/v1beta1
  Document v2_json;  ///< GET /openapi/v2, Accept application/json or none
  Document
      v2_protobuf;  ///< GET /openapi/v2, Accept application/com.github.proto-openapi.spec.v2@v1.0+protobuf
};

/// `server_version` is the info.version of the documents, such as v1.30.0.
OpenApiDocuments make_openapi(const std::vector<OpenApiKind>& kinds, const std::string& server_version);

/// Namespace, Node, Event, Pod and Service of the core group, with short descriptions. Their verbs are what
/// Hearth's server offers; schemas keep unknown fields where the real ones have many more.
std::vector<OpenApiKind> builtin_kinds();

/// Shared types such as io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta and …Status, by name, with
/// `#/components/schemas/…` references among them.
nlohmann::json builtin_definitions();

}  // namespace hearth::openapi
