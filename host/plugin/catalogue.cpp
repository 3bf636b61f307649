// SPDX-License-Identifier: Apache-2.0
#include "host/plugin/catalogue.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <system_error>

#include "host/plugin/choose.hpp"
#include "host/plugin/descriptor.hpp"
#include "host/plugin/mapper_file.hpp"

namespace hearth::plugin {
namespace {

namespace fs = std::filesystem;

/// The *.so files of a folder by name; an absent folder has none. Dot files are half-written copies.
std::vector<fs::path> list_mappers(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code ec;
  fs::directory_iterator it(folder, ec);
  for (; !ec && it != fs::directory_iterator(); it.increment(ec)) {
    const auto& path = it->path();
    if (path.extension() == ".so" && path.filename().string().front() != '.') files.push_back(path);
  }
  std::sort(files.begin(), files.end());
  return files;
}

CatalogueEntry inspect(const fs::path& file) {
  CatalogueEntry entry{.file = file, .fingerprint = fingerprint_of(file)};
  const auto content = read_mapper_file(file);
  if (!content) {
    entry.refused = content.error().text;
    return entry;
  }
  entry.fingerprint = content->fingerprint;
  auto note = parse_elf_note(content->bytes);
  if (!note) {
    entry.refused = note.error().text;
    return entry;
  }
  entry.note = std::move(*note);
  entry.refused = content->unsafe.empty() ? abi_refusal(entry.note.abi) : content->unsafe;
  return entry;
}

/// The entry as listed before, if the file has not changed; looks at it otherwise.
CatalogueEntry known_or_inspected(const fs::path& file, const std::vector<CatalogueEntry>& known) {
  const auto same = std::find_if(known.begin(), known.end(), [&](const auto& e) { return e.file == file; });
  if (same != known.end() && !same->fingerprint.empty() && same->fingerprint == fingerprint_of(file)) {
    return *same;
  }
  return inspect(file);
}

/// A later folder's usable file of the same mapper hides the earlier one.
void hide_overridden(std::vector<CatalogueEntry>& entries) {
  for (auto it = entries.begin(); it != entries.end(); ++it) {
    const auto winner = std::find_if(it + 1, entries.end(), [&](const auto& later) {
      return later.refused.empty() && later.note.name == it->note.name &&
             later.file.parent_path() != it->file.parent_path();
    });
    if (it->refused.empty() && winner != entries.end()) {
      it->refused =
          fmt::format("{} is the same mapper in a later folder and is used instead", winner->file.string());
    }
  }
}

bool same_list(const std::vector<CatalogueEntry>& a, const std::vector<CatalogueEntry>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.file == y.file && x.fingerprint == y.fingerprint && x.refused == y.refused;
  });
}

}  // namespace

Catalogue::Catalogue(std::vector<fs::path> folders) : folders_(std::move(folders)) {}

bool Catalogue::rescan() {
  std::vector<CatalogueEntry> found;
  for (const auto& folder : folders_) {
    for (const auto& file : list_mappers(folder)) {
      found.push_back(known_or_inspected(file, inspected_));
    }
  }
  inspected_ = found;
  hide_overridden(found);
  if (same_list(found, entries_)) return false;
  entries_ = std::move(found);
  return true;
}

const std::vector<CatalogueEntry>& Catalogue::entries() const {
  return entries_;
}

Result<CatalogueEntry> Catalogue::choose(const std::string& model_name, const std::string& protocol,
                                         const std::map<std::string, std::string>& mapper_of_model) const {
  return choose_mapper(entries_, model_name, protocol, mapper_of_model);
}

Result<std::shared_ptr<LoadedMapper>> Catalogue::load(const CatalogueEntry& entry) {
  if (!entry.refused.empty()) {
    return invalid("MapperRefused", fmt::format("mapper {}: {}", entry.file.string(), entry.refused));
  }
  std::erase_if(loaded_, [](const auto& item) { return item.second.expired(); });
  const auto key = entry.file.string() + "@" + fingerprint_of(entry.file);
  if (const auto found = loaded_.find(key); found != loaded_.end()) {
    if (auto mapper = found->second.lock()) return mapper;
  }
  auto mapper = LoadedMapper::load(entry.file, entry.note);
  if (mapper) loaded_[key] = *mapper;
  return mapper;
}

}  // namespace hearth::plugin
