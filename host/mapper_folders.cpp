// SPDX-License-Identifier: Apache-2.0
#include "host/mapper_folders.hpp"

namespace hearth::host {

std::vector<std::filesystem::path> mapper_folders(const HostOptions& options) {
  if (!options.mapper_folders.empty()) return options.mapper_folders;
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto beside = program.parent_path().parent_path() / "lib" / "hearth" / "mappers";
  const std::filesystem::path installed = HEARTH_INSTALLED_MAPPERS;
  return {std::filesystem::exists(beside, error) ? beside : installed, options.data_dir / "mappers"};
}

}  // namespace hearth::host
