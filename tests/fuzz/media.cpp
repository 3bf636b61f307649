// SPDX-License-Identifier: Apache-2.0
// A client's Accept header.
#include "cloud/api/media.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace hearth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto accept = fuzz::as_text(data, size);
  const auto media = api::choose_media(accept, {api::Form::table});
  if (!media) return 0;
  fuzz::require(media->form == api::Form::object || media->form == api::Form::table,
                "only what is offered is chosen");
  return 0;
}
