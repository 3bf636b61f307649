// SPDX-License-Identifier: Apache-2.0
// A file that somebody dropped into the mappers' folder.
#include "host/plugin/elf_note.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace hearth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (const auto note = plugin::parse_elf_note({data, size})) {
    fuzz::require(!note->name.empty(), "a mapper has a name");
  }
  (void)plugin::parse_note_text(fuzz::as_text(data, size));
  return 0;
}
