// SPDX-License-Identifier: Apache-2.0
// The mappers lying in the folders, known by their ELF notes; opened through Boost.DLL only when a device
// needs one.
// Thread: the host's io_context thread.   Errors: a file that is refused stays in the list with the reason.
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
  MapperNote note;          ///< if refused is set: as far as it could be read
  std::string refused;      ///< why it cannot be used: both sides and the mend
  std::string fingerprint;  ///< tells versions of the file apart

  /// The mapper's name, or for a file without a readable note the file's name without .so.
  std::string name() const { return note.name.empty() ? file.stem().string() : note.name; }
};

class Catalogue {
 public:
  /// The installed folder first, the user's drop-in folder last. A folder need not exist yet.
  explicit Catalogue(std::vector<std::filesystem::path> folders);

  /// Reads the folders again, and of the files only those that changed; true if anything did. Never runs a
  /// mapper's code. Of two files of one mapper name, that of the later folder wins.
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
  std::vector<CatalogueEntry> inspected_;  // each file by itself, before one hides another
  std::vector<CatalogueEntry> entries_;
  std::map<std::string, std::weak_ptr<LoadedMapper>> loaded_;
};

}  // namespace hearth::plugin
