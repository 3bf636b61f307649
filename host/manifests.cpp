// SPDX-License-Identifier: Apache-2.0
#include "host/manifests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "sdk/device/crd_documents.hpp"
#include "sdk/schema/structural.hpp"
#include "sdk/schema/yaml_document.hpp"

namespace hearth::host {
namespace {

using nlohmann::json;

/// Schemas by kind, from the same definitions the cloud serves.
Result<std::map<std::string, schema::Schema>> schemas_by_kind() {
  std::map<std::string, schema::Schema> schemas;
  for (const auto text : device::crd_documents()) {
    const auto definition = schema::parse_yaml_document(text, "crd");
    if (!definition) return definition.error();
    const auto& spec = definition->at("spec");
    auto parsed = schema::Schema::parse(spec.at("versions").at(0).at("schema").at("openAPIV3Schema"));
    if (!parsed) return parsed.error();
    schemas.emplace(spec.at("names").at("kind").get<std::string>(), std::move(*parsed));
  }
  return schemas;
}

Result<std::vector<std::filesystem::path>> files_of(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const auto ending = entry.path().extension();
    if (ending == ".yaml" || ending == ".yml") files.push_back(entry.path());
  }
  if (error)
    return unavailable("Manifests", fmt::format("manifests folder {}: {}", folder.string(), error.message()));
  std::sort(files.begin(), files.end());
  return files;
}

/// Collects what the files hold and what is wrong with them.
class Collector {
 public:
  Collector(const std::map<std::string, schema::Schema>& schemas, std::string node_name)
      : schemas_(schemas), node_name_(std::move(node_name)) {}

  void read(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream.is_open()) {
      problems_ += fmt::format("{}: cannot be read\n", file.string());
      return;
    }
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    const auto yaml = schema::read_yaml(text, file.string());
    problems_ += schema::print(yaml.diagnostics);
    for (const auto& document : yaml.documents)
      take(document);
  }

  Result<Manifests> finish() && {
    if (!problems_.empty()) return invalid("BadManifests", std::move(problems_));
    return std::move(manifests_);
  }

 private:
  void take(const schema::YamlDocument& document) {
    const auto& object = document.value();
    const auto kind = object.is_object() && object.contains("kind") && object["kind"].is_string()
                          ? object["kind"].get<std::string>()
                          : std::string();
    const auto schema = schemas_.find(kind);
    if (schema == schemas_.end()) {
      complain(document, "kind", fmt::format("kind \"{}\" is not one of Device, DeviceModel", kind));
      return;
    }
    const auto wrong = schema::check_document(schema->second, document);
    problems_ += schema::print(wrong);
    if (wrong.empty()) parse(kind, document);
  }

  void parse(const std::string& kind, const schema::YamlDocument& document) {
    if (kind == "DeviceModel") {
      auto model = device::parse_device_model(document.value());
      if (!model) return complain(document, "", model.error().text);
      manifests_.models.emplace_back(std::move(*model), document.value());
      return;
    }
    auto device = device::parse_device(document.value());
    if (!device) return complain(document, "", device.error().text);
    if (!device->node_name.empty() && device->node_name != node_name_) return;
    manifests_.devices.emplace_back(std::move(*device), document.value());
  }

  void complain(const schema::YamlDocument& document, std::string_view path, std::string text) {
    problems_ += schema::print(document.diagnose(document.position(path).value, std::move(text)));
  }

  const std::map<std::string, schema::Schema>& schemas_;
  std::string node_name_;
  std::string problems_;
  Manifests manifests_;
};

}  // namespace

Result<Manifests> read_manifests(const std::filesystem::path& folder, const std::string& node_name) {
  const auto schemas = schemas_by_kind();
  if (!schemas) return schemas.error();
  const auto files = files_of(folder);
  if (!files) return files.error();
  Collector collector(*schemas, node_name);
  for (const auto& file : *files)
    collector.read(file);
  return std::move(collector).finish();
}

Result<void> apply_manifests(const HostOptions& options, twin::DeviceTwin& twin) {
  Manifests manifests;
  if (!options.manifests.empty()) {
    auto read = read_manifests(options.manifests, options.node_name);
    if (!read) return read.error();
    manifests = std::move(*read);
  }
  for (const auto& [model, object] : manifests.models)
    twin.apply(model, object);
  std::set<DeviceId> named;
  for (const auto& [device, object] : manifests.devices) {
    named.insert(device.meta.id);
    twin.apply(device, object);
  }
  for (const auto& id : twin.local_devices())
    if (!named.contains(id)) twin.remove_device(id);
  return {};
}

}  // namespace hearth::host
