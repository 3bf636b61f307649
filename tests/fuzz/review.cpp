// SPDX-License-Identifier: Apache-2.0
// Access and token reviews. Input: the kind, a line end, the document.
#include "cloud/api/reviews.hpp"

#include "sdk/schema/json_text.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace hearth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = fuzz::as_text(data, size);
  const std::string kind(fuzz::take_line(rest));
  auto document = schema::parse_json(rest);
  if (!document || !document->value.is_object()) return 0;
  const api::AccessControl access(nullptr);
  const access::User user{"ann", {"keepers"}};
  const api::ReviewContext context{access, user, "home", {}};
  const auto answered = api::review(context, {"authorization.k8s.io", "reviews", kind}, document->value);
  if (answered) fuzz::require(answered->contains("status"), "an answer has a status");
  return 0;
}
