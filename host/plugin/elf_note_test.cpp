// SPDX-License-Identifier: Apache-2.0
#include "host/plugin/elf_note.hpp"

#include <elf.h>

#include <random>

#include "host/plugin/test_files.hpp"

namespace hearth::plugin {
namespace {

using test::bytes_of;
using test::FileBytes;

TEST(ElfNote, IsReadFromTheMappersThisBuildMakes) {
  const auto note = parse_elf_note(bytes_of(test::virtual_file()));
  ASSERT_TRUE(note) << note.error().text;
  EXPECT_EQ(note->name, "virtual");
  EXPECT_EQ(note->abi, (AbiVersion{1, 0}));
  EXPECT_EQ(note->protocols, std::vector<std::string>{"virtual"});
  EXPECT_FALSE(note->threads);
  EXPECT_TRUE(note->visitor_schema.at("properties").contains("waveform"));
}

TEST(ElfNote, RefusesWhatIsNoElfFile) {
  const std::string text = "#!/bin/sh\necho I am no shared object\n";
  EXPECT_EQ(parse_elf_note(FileBytes(text.begin(), text.end())).error().code, "NotElf");
  EXPECT_EQ(parse_elf_note({}).error().code, "NotElf");
}

TEST(ElfNote, NamesTheMachineAForeignFileIsFor) {
  auto bytes = bytes_of(test::probe_file());
  bytes[offsetof(Elf64_Ehdr, e_machine)] = EM_S390;
  bytes[offsetof(Elf64_Ehdr, e_machine) + 1] = 0;
  const auto note = parse_elf_note(bytes);
  EXPECT_EQ(note.error().code, "WrongMachine");
  EXPECT_NE(note.error().text.find("machine number 22"), std::string::npos) << note.error().text;
}

TEST(ElfNote, RefusesTheOtherClassAndByteOrder) {
  auto bytes = bytes_of(test::probe_file());
  bytes[EI_CLASS] = bytes[EI_CLASS] == ELFCLASS64 ? ELFCLASS32 : ELFCLASS64;
  EXPECT_EQ(parse_elf_note(bytes).error().code, "WrongMachine");
  bytes = bytes_of(test::probe_file());
  bytes[EI_DATA] = bytes[EI_DATA] == ELFDATA2LSB ? ELFDATA2MSB : ELFDATA2LSB;
  EXPECT_EQ(parse_elf_note(bytes).error().code, "WrongMachine");
}

TEST(ElfNote, IsMissingInAnOrdinaryLibrary) {
  auto bytes = bytes_of(test::probe_file());
  bytes = test::patched(std::move(bytes), std::string_view("Hearth\0", 7), "Hearth", "Hebrew");
  EXPECT_EQ(parse_elf_note(bytes).error().code, "NoNote");
}

TEST(ElfNote, SurvivesEveryTruncation) {
  const auto whole = bytes_of(test::no_symbol_file());
  ASSERT_TRUE(parse_elf_note(whole));
  for (std::size_t size = 0; size < whole.size(); size += 64) {
    const FileBytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    const auto note = parse_elf_note(cut);
    ASSERT_FALSE(note) << size;
    ASSERT_TRUE(note.error().code == "Truncated" || note.error().code == "NotElf") << note.error().code;
  }
}

TEST(ElfNote, SurvivesRandomDamage) {
  const auto whole = bytes_of(test::no_symbol_file());
  std::mt19937 random(42);
  for (int round = 0; round < 5000; ++round) {
    auto bytes = whole;
    // Most of the damage where the parser looks: headers, program headers, the notes behind them.
    const std::size_t reach = round % 2 == 0 ? 1024 : bytes.size();
    for (int i = 0; i < 8; ++i) {
      bytes[random() % reach] = static_cast<std::uint8_t>(random());
    }
    const auto note = parse_elf_note(bytes);
    EXPECT_TRUE(note || !note.error().text.empty());
  }
}

TEST(ElfNote, SurvivesRandomBytesBehindAGoodHeader) {
  const auto whole = bytes_of(test::no_symbol_file());
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    FileBytes bytes(whole.begin(), whole.begin() + sizeof(Elf64_Ehdr));
    for (int i = 0; i < 600; ++i) {
      bytes.push_back(static_cast<std::uint8_t>(random()));
    }
    EXPECT_FALSE(parse_elf_note(bytes));
  }
}

TEST(NoteText, MustSayWhatTheHostNeeds) {
  const char* const bad[] = {
      "",
      "[]",
      "{",
      R"({"name": "x"})",
      R"({"name": "../x", "version": "1", "abi": {"major": 1, "minor": 0}})",
      R"({"name": "x", "version": "1", "abi": {"major": -1, "minor": 0}})",
      R"({"name": "x", "version": "1", "abi": {"major": 70000, "minor": 0}})",
      R"({"name": "x", "version": "1", "abi": 1})",
      R"({"name": "x", "version": "1", "abi": {"major": 1, "minor": 0}, "models": "lamp"})",
      R"({"name": "x", "version": "1", "abi": {"major": 1, "minor": 0}, "models": ["a*b"]})",
      R"({"name": "x", "version": "1", "abi": {"major": 1, "minor": 0},
                                 "schema": {"visitor": {"type": "nonsense"}}})"};
  for (const auto* text : bad) {
    const auto note = parse_note_text(text);
    ASSERT_FALSE(note) << text;
    EXPECT_EQ(note.error().code, "BadNote") << text;
  }
  EXPECT_TRUE(parse_note_text(R"({"name": "x", "version": "1", "abi": {"major": 1, "minor": 0}})"));
}

TEST(NoteText, MayNotNestWithoutEnd) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_EQ(parse_note_text("{\"name\": " + deep + "}").error().code, "BadNote");
}

}  // namespace
}  // namespace hearth::plugin
