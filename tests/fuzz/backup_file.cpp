// SPDX-License-Identifier: Apache-2.0
// A backup as `hearth-cloud restore` is given it. Input: the file. What is read can be written, and is read the same.
#include "cloud/api/store/backup_file.hpp"

#include "tests/fuzz/fuzz.hpp"
#include "tests/support/temp_folder.hpp"

using namespace hearth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const test::TempFolder folder;
  const auto file = folder.write("given", std::string(fuzz::as_text(data, size)));
  const bool looks_good = api::looks_like_backup(file);
  const auto backup = api::read_backup(file);
  if (!backup) {
    fuzz::require(!backup.error().text.empty(), "a refusal says why");
    return 0;
  }
  fuzz::require(looks_good, "a backup that can be read calls itself one");
  const auto copy = folder.path() / "copy";
  fuzz::require(api::write_backup(copy, *backup).has_value(), "what was read can be written");
  const auto again = api::read_backup(copy);
  fuzz::require(again && again->files == backup->files && again->state.version == backup->state.version &&
                    again->state.objects.size() == backup->state.objects.size(),
                "a copy is the same backup");
  return 0;
}
