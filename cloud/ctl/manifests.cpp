// SPDX-License-Identifier: Apache-2.0
#include "cloud/ctl/manifests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "cloud/kube/json_access.hpp"
#include "sdk/schema/yaml_document.hpp"

namespace hearth::ctl {
namespace {

using kube::array_at;
using kube::string_at;
using nlohmann::json;
namespace fs = std::filesystem;

/// Over the bound of the YAML reader, which then says so.
constexpr std::size_t kMaxText = 5 * 1024 * 1024;

std::string read_all(std::istream& in) {
  std::string text(kMaxText, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

/// What every object must have; empty if it has.
std::string missing_in(const json& object, std::string& path) {
  path.clear();
  if (!object.is_object()) return "expected an object with apiVersion, kind and metadata";
  for (const auto* key : {"apiVersion", "kind"}) {
    if (!string_at(object, key).empty()) continue;
    if (object.contains(key)) path = key;
    return fmt::format("expected {} to be a name", key);
  }
  if (kube::name_of(object).empty()) {
    if (object.contains("metadata")) path = "metadata";
    return "expected metadata.name to be a name";
  }
  return {};
}

void add_object(const schema::YamlDocument& document, const json& object, const std::string& at,
                Manifests& into) {
  std::string path;
  const auto missing = missing_in(object, path);
  const auto whole = at.empty() || path.empty() ? at + path : at + "." + path;
  const auto place = document.position(whole);
  if (!missing.empty()) {
    into.errors.push_back(schema::print(document.diagnose(place.key, missing)));
    return;
  }
  into.objects.push_back(
      {object, fmt::format("{}:{}:{}", document.file(), place.value.line, place.value.column)});
}

void read_file(const fs::path& file, Manifests& into) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    into.errors.push_back(fmt::format("{}: cannot be read", file.string()));
    return;
  }
  read_manifest_text(read_all(in), file.string(), into);
}

bool is_manifest(const fs::path& file) {
  const auto extension = file.extension();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

void read_folder(const fs::path& folder, Manifests& into) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (is_manifest(entry->path())) files.push_back(entry->path());
  }
  if (error) into.errors.push_back(fmt::format("{}: {}", folder.string(), error.message()));
  if (!error && files.empty())
    into.errors.push_back(fmt::format("{}: no *.yaml, *.yml or *.json", folder.string()));
  std::sort(files.begin(), files.end());
  for (const auto& file : files)
    read_file(file, into);
}

int rank(const json& object) {
  const auto kind = string_at(object, "kind");
  if (kind == "Namespace") return 0;
  if (kind == "CustomResourceDefinition") return 1;
  if (kind == "DeviceModel") return 2;
  return kind == "Device" ? 4 : 3;
}

}  // namespace

Manifests read_manifests(const std::vector<std::string>& sources, std::istream& in) {
  Manifests manifests;
  for (const auto& source : sources) {
    std::error_code ignored;
    if (source == "-") {
      read_manifest_text(read_all(in), "stdin", manifests);
    } else if (fs::is_directory(source, ignored)) {
      read_folder(source, manifests);
    } else {
      read_file(source, manifests);
    }
  }
  return manifests;
}

void read_manifest_text(std::string_view text, const std::string& file, Manifests& into) {
  const auto stream = schema::read_yaml(text, file);
  if (!stream.diagnostics.empty()) into.errors.push_back(schema::print(stream.diagnostics));
  for (const auto& document : stream.documents) {
    const auto& value = document.value();
    if (string_at(value, "kind") != "List") {
      add_object(document, value, "", into);
      continue;
    }
    const auto& items = array_at(value, "items");
    for (std::size_t i = 0; i < items.size(); ++i)
      add_object(document, items[i], fmt::format("items[{}]", i), into);
  }
}

void sort_for_apply(std::vector<Manifest>& manifests) {
  std::stable_sort(manifests.begin(), manifests.end(),
                   [](const Manifest& a, const Manifest& b) { return rank(a.object) < rank(b.object); });
}

}  // namespace hearth::ctl
