// SPDX-License-Identifier: Apache-2.0
// The mappers lying in the folders, known by their ELF notes; opened through Boost.DLL only when a device
// needs one. Thread: the host's io_context thread.   Errors: a file that is refused stays in the list with
// the reason.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "host/plugin/elf_note.hpp"
#include "host/plugin/loaded_mapper.hpp"
#include "sdk/base/error.hpp"

namespace hearth::plugin {

struct CatalogueEntry {
  std::filesystem::path file;
  MapperNote note;      ///< meaningful if refused is empty
  std::string refused;  ///< why it cannot be used: both sides and the mend
};

class Catalogue {
 public:
  explicit Catalogue(std::vector<std::filesystem::path> folders);

  /// Reads the folders again; true if anything changed. Never runs a mapper's code.
  bool rescan();
  const std::vector<CatalogueEntry>& entries() const;

  /// plugin-contract "Choosing a mapper": config table, DeviceModel name, protocol. Error codes
  /// MapperMissing, MapperAmbiguous, MapperRefused.
  Result<CatalogueEntry> choose(const std::string& model_name, const std::string& protocol,
                                const std::map<std::string, std::string>& mapper_of_model) const;
  /// Opens the file (once per version of it) and compares its descriptor with the note.
  Result<std::shared_ptr<LoadedMapper>> load(const CatalogueEntry& entry);

 private:
  std::vector<std::filesystem::path> folders_;
  std::vector<CatalogueEntry> entries_;
  std::map<std::string, std::weak_ptr<LoadedMapper>> loaded_;
};

}  // namespace hearth::plugin
