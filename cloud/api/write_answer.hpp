// SPDX-License-Identifier: Apache-2.0
// What a write answers: the object as the client's version and Accept have it, with what there was to warn of.
// Thread: pure function.   Errors: 406 when the Accept cannot be met.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cloud/api/call.hpp"
#include "cloud/api/response.hpp"

namespace hearth::api {

/// Filled by the write on the store's strand, read by whoever awaits it.
struct Outcome {
  std::vector<std::string> warnings;
  bool created = false;
};
using OutcomePtr = std::shared_ptr<Outcome>;

Answer<Response> write_answer(const Call& call, const Answer<ObjectPtr>& stored, const Outcome& outcome);

}  // namespace hearth::api
