// SPDX-License-Identifier: Apache-2.0
// Body and target of a request to the API server. Input: the content type, a line end, the bytes.
#include "cloud/api/body.hpp"
#include "cloud/api/request.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace hearth;

void fuzz_target(std::string_view text) {
  const auto target = api::parse_target(text);
  if (!target) return;
  fuzz::require(target->path.starts_with("/"), "a path begins at the root");
  api::ResourcePath path;
  (void)api::parse_resource_path(target->segments, path);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::as_text(data, size);
  fuzz_target(text);
  (void)api::decode_protobuf(text);
  auto rest = text;
  const auto type = fuzz::take_line(rest);
  const auto body = api::decode_body(type, std::string(rest), "Device");
  if (!body) return 0;
  // Protobuf strings may hold any bytes; the store refuses those, so printing must not throw.
  (void)body->document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return 0;
}
