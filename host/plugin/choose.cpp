// SPDX-License-Identifier: Apache-2.0
#include "host/plugin/choose.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

namespace hearth::plugin {
namespace {

using Entries = std::vector<const CatalogueEntry*>;

// Ranks of a note for a model: a longer prefix is the better one, an exact name the best.
constexpr std::size_t kNotServed = 0;
constexpr std::size_t kByProtocol = 1;
constexpr std::size_t kByPrefix = 2;
constexpr std::size_t kByName = 1'000'000;

std::size_t rank_of_pattern(std::string_view pattern, std::string_view model) {
  if (pattern == model) return kByName;
  if (!pattern.ends_with('*')) return kNotServed;
  pattern.remove_suffix(1);
  return model.starts_with(pattern) ? kByPrefix + pattern.size() : kNotServed;
}

std::size_t rank_of(const CatalogueEntry& entry, const std::string& model, const std::string& protocol) {
  const auto& protocols = entry.note.protocols;
  std::size_t rank =
      std::find(protocols.begin(), protocols.end(), protocol) != protocols.end() ? kByProtocol : kNotServed;
  for (const auto& pattern : entry.note.models) {
    rank = std::max(rank, rank_of_pattern(pattern, model));
  }
  return rank;
}

std::string list(const Entries& entries) {
  std::string out;
  for (const auto* entry : entries) {
    out += fmt::format("{}{} ({})", out.empty() ? "" : " and ", entry->name(), entry->file.string());
  }
  return out;
}

Result<CatalogueEntry> only(const Entries& candidates, const std::string& model) {
  if (candidates.size() == 1) return *candidates.front();
  return invalid("MapperAmbiguous",
                 fmt::format("model {} is served by {}; remove one, or name one in the host config under "
                             "mappers: {{{}: NAME}}",
                             model, list(candidates), model));
}

Error refused(const CatalogueEntry& entry) {
  return invalid("MapperRefused", fmt::format("mapper {}: {}", entry.file.string(), entry.refused));
}

std::string known_names(const std::vector<CatalogueEntry>& entries) {
  std::string out;
  for (const auto& entry : entries) {
    if (entry.refused.empty()) out += (out.empty() ? "" : ", ") + entry.name();
  }
  return out.empty() ? "none" : out;
}

Result<CatalogueEntry> by_table(const std::vector<CatalogueEntry>& entries, const std::string& model,
                                const std::string& name) {
  Entries named;
  const CatalogueEntry* bad = nullptr;
  for (const auto& entry : entries) {
    if (entry.name() != name) continue;
    if (entry.refused.empty()) {
      named.push_back(&entry);
    } else {
      bad = &entry;
    }
  }
  if (!named.empty()) return only(named, model);
  if (bad) return refused(*bad);
  return not_found("MapperMissing",
                   fmt::format("the host config gives model {} to mapper {}, which is in no mapper folder "
                               "(there: {}); drop {}.so into one",
                               model, name, known_names(entries), name));
}

Entries best(const std::vector<CatalogueEntry>& entries, const std::string& model,
             const std::string& protocol) {
  Entries out;
  std::size_t top = kByProtocol;
  for (const auto& entry : entries) {
    if (!entry.refused.empty()) continue;
    const auto rank = rank_of(entry, model, protocol);
    if (rank < top) continue;
    if (rank > top) out.clear();
    top = rank;
    out.push_back(&entry);
  }
  return out;
}

/// A file that would have served the model, or by its name was meant to.
const CatalogueEntry* refused_candidate(const std::vector<CatalogueEntry>& entries, const std::string& model,
                                        const std::string& protocol) {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const auto& entry) {
    if (entry.refused.empty()) return false;
    return rank_of(entry, model, protocol) != kNotServed || entry.name() == protocol || entry.name() == model;
  });
  return found == entries.end() ? nullptr : &*found;
}

}  // namespace

Result<CatalogueEntry> choose_mapper(const std::vector<CatalogueEntry>& entries,
                                     const std::string& model_name, const std::string& protocol,
                                     const std::map<std::string, std::string>& mapper_of_model) {
  if (const auto named = mapper_of_model.find(model_name); named != mapper_of_model.end()) {
    return by_table(entries, model_name, named->second);
  }
  const auto candidates = best(entries, model_name, protocol);
  if (!candidates.empty()) return only(candidates, model_name);
  if (const auto* bad = refused_candidate(entries, model_name, protocol)) return refused(*bad);
  return not_found("MapperMissing",
                   fmt::format("no mapper serves model {} or protocol {} (there: {}); drop its "
                               ".so into a mapper folder",
                               model_name, protocol, known_names(entries)));
}

}  // namespace hearth::plugin
