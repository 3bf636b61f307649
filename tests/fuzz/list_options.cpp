// SPDX-License-Identifier: Apache-2.0
// The query of a list. Input: its Accept header, a line end, the target.
#include "cloud/api/list_options.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace hearth;

const api::ResourceType& devices() {
  static const auto kType = [] {
    api::ResourceType type;
    type.name = {"devices.kubeedge.io", "devices", "Device"};
    type.selectable = {"metadata.name", "metadata.namespace", "spec.nodeName"};
    return type;
  }();
  return kType;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = fuzz::as_text(data, size);
  api::Call call;
  call.request.headers.add("Accept", std::string(fuzz::take_line(rest)));
  auto target = api::parse_target(rest);
  if (!target) return 0;
  call.target = std::move(*target);
  call.type = &devices();
  const auto options = api::list_options(call);
  if (!options) {
    fuzz::require(options.error().code() >= 400 && options.error().code() < 500,
                  "refused options are the client's mistake");
    return 0;
  }
  if (!options->from) return 0;
  const auto again = api::decode_continuation(api::encode(*options->from));
  fuzz::require(again && api::encode(*again) == api::encode(*options->from),
                "the token of a place in a list leads to that place");
  return 0;
}
