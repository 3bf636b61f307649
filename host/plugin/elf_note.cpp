// SPDX-License-Identifier: Apache-2.0
#include "host/plugin/elf_note.hpp"

#include <elf.h>
#include <fmt/core.h>
#include <link.h>

#include <bit>
#include <cstring>
#include <optional>

#include "sdk/mapper/abi.h"

namespace hearth::plugin {
namespace {

using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);
using Section = ElfW(Shdr);
using Bytes = std::span<const std::uint8_t>;

constexpr auto kOurClass = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
constexpr auto kOurData = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;

constexpr unsigned our_machine() {
#if defined(__x86_64__)
  return EM_X86_64;
#elif defined(__aarch64__)
  return EM_AARCH64;
#elif defined(__arm__)
  return EM_ARM;
#elif defined(__riscv)
  return EM_RISCV;
#elif defined(__i386__)
  return EM_386;
#else
#error "name this processor's ELF machine number here"
#endif
}

std::string machine_name(unsigned machine) {
  switch (machine) {
    case EM_X86_64:
      return "x86-64";
    case EM_AARCH64:
      return "ARM 64-bit";
    case EM_ARM:
      return "ARM 32-bit";
    case EM_RISCV:
      return "RISC-V";
    case EM_386:
      return "x86 32-bit";
    default:
      return "machine number " + std::to_string(machine);
  }
}

/// A copy of the T at an offset; nothing if it does not lie within the bytes.
template <class T>
std::optional<T> load(Bytes bytes, std::uint64_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
  T out;
  std::memcpy(&out, bytes.data() + offset, sizeof out);
  return out;
}

std::optional<Bytes> slice(Bytes bytes, std::uint64_t offset, std::uint64_t size) {
  if (offset > bytes.size() || bytes.size() - offset < size) return std::nullopt;
  return bytes.subspan(offset, size);
}

std::uint64_t align_up(std::uint64_t value, std::uint64_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

Error truncated() {
  return invalid("Truncated", "the file ends before what its ELF header promises; copy it again");
}

Error wrong_machine(const std::string& theirs) {
  return invalid("WrongMachine",
                 fmt::format("the file is built for {}, this host is {}; build it for this host", theirs,
                             machine_name(our_machine())));
}

Result<Header> read_header(Bytes file) {
  const auto ident = slice(file, 0, EI_NIDENT);
  if (!ident || std::memcmp(ident->data(), ELFMAG, SELFMAG) != 0) {
    return invalid("NotElf", "the file is no shared object (it has no ELF header)");
  }
  if ((*ident)[EI_CLASS] != kOurClass) {
    return wrong_machine((*ident)[EI_CLASS] == ELFCLASS64 ? "a 64-bit machine" : "a 32-bit machine");
  }
  if ((*ident)[EI_DATA] != kOurData) return wrong_machine("a machine of the other byte order");
  const auto header = load<Header>(file, 0);
  if (!header) return truncated();
  if (header->e_machine != our_machine()) return wrong_machine(machine_name(header->e_machine));
  if (header->e_type != ET_DYN) {
    return invalid("NotElf", "the file is an ELF file, but no shared object; link it with -shared");
  }
  return *header;
}

/// The text of the first note of ours in a note segment.
std::optional<std::string_view> find_in_notes(Bytes notes, std::uint64_t alignment) {
  constexpr std::string_view kOwner(HEARTH_NOTE_OWNER, sizeof HEARTH_NOTE_OWNER);
  std::uint64_t at = 0;
  while (const auto head = load<ElfW(Nhdr)>(notes, at)) {
    const auto owner_at = at + sizeof *head;
    const auto text_at = align_up(owner_at + head->n_namesz, alignment);
    const auto owner = slice(notes, owner_at, head->n_namesz);
    const auto text = slice(notes, text_at, head->n_descsz);
    if (!owner || !text) return std::nullopt;
    const std::string_view name(reinterpret_cast<const char*>(owner->data()), owner->size());
    if (name == kOwner && head->n_type == HEARTH_NOTE_TYPE) {
      return std::string_view(reinterpret_cast<const char*>(text->data()), text->size());
    }
    at = align_up(text_at + head->n_descsz, alignment);
  }
  return std::nullopt;
}

/// Whether the section table, which stands at the end of a file, is there.
bool has_sections(Bytes file, const Header& header) {
  if (header.e_shoff == 0) return true;
  return slice(file, header.e_shoff, std::uint64_t{header.e_shnum} * sizeof(Section)).has_value();
}

}  // namespace

std::string to_string(AbiVersion abi) {
  return fmt::format("{}.{}", abi.major, abi.minor);
}

Result<MapperNote> parse_elf_note(Bytes file) {
  const auto header = read_header(file);
  if (!header) return header.error();
  if (header->e_phnum != 0 && header->e_phentsize != sizeof(Segment)) {
    return invalid("NotElf", "the file's ELF header is damaged; build or copy it again");
  }
  if (!has_sections(file, *header)) return truncated();

  std::optional<std::string_view> text;
  for (unsigned i = 0; i < header->e_phnum; ++i) {
    const auto segment = load<Segment>(file, header->e_phoff + std::uint64_t{i} * sizeof(Segment));
    if (!segment) return truncated();
    const auto content = slice(file, segment->p_offset, segment->p_filesz);
    if (segment->p_type == PT_LOAD && !content) return truncated();
    if (segment->p_type != PT_NOTE || text) continue;
    if (!content) return truncated();
    text = find_in_notes(*content, segment->p_align == 8 ? 8 : 4);
  }
  if (!text) {
    return invalid("NoNote",
                   fmt::format("the file has no {} note, so it is no mapper of Hearth, or was built "
                               "without hearth_add_mapper",
                               HEARTH_NOTE_SECTION));
  }
  return parse_note_text(*text);
}

}  // namespace hearth::plugin
