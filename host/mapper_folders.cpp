// SPDX-License-Identifier: Apache-2.0
#include "host/mapper_folders.hpp"

#include <spdlog/spdlog.h>

namespace hearth::host {
namespace {

/// In a build tree, and wherever an installed tree was put or moved to. Empty if there is none.
std::filesystem::path beside_program() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto root = program.parent_path().parent_path();
  for (const char* libraries : {"lib", HEARTH_LIBRARY_FOLDER}) {
    auto folder = root / libraries / "hearth" / "mappers";
    if (!program.empty() && std::filesystem::exists(folder, error)) return folder;
  }
  return {};
}

}  // namespace

std::vector<std::filesystem::path> mapper_folders(const HostOptions& options) {
  if (!options.mapper_folders.empty()) return options.mapper_folders;
  const auto beside = beside_program();
  const std::filesystem::path installed = HEARTH_INSTALLED_MAPPERS;
  return {beside.empty() ? installed : beside, options.data_dir / "mappers"};
}

void log_mappers(const plugin::Catalogue& catalogue) {
  for (const auto& entry : catalogue.entries()) {
    if (entry.refused.empty()) {
      spdlog::info("host: mapper {} {} in {}", entry.note.name, entry.note.version, entry.file.string());
    } else {
      spdlog::warn("host: mapper file {} refused: {}", entry.file.string(), entry.refused);
    }
  }
}

}  // namespace hearth::host
