// SPDX-License-Identifier: Apache-2.0
// Which form of an answer a client's Accept header asks for.
// Thread: pure functions.   Errors: an Accept that cannot be met gives a 406 Status.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cloud/api/base/status.hpp"

namespace hearth::api {

enum class Form {
  object,     ///< the plain document
  table,      ///< meta.k8s.io Table
  partial,    ///< meta.k8s.io PartialObjectMetadata
  discovery,  ///< apidiscovery.k8s.io APIGroupDiscoveryList
};

struct Media {
  Form form = Form::object;
  std::string version = "v1";  ///< of the form's group: v1, v1beta1, v2, v2beta1
};

/// The first entry of `accept` that can be met among `offered`; plain JSON is always offered.
Answer<Media> choose_media(std::string_view accept, const std::vector<Form>& offered);

}  // namespace hearth::api
