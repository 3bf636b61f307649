// SPDX-License-Identifier: Apache-2.0
#include "host/plugin/loaded_mapper.hpp"

#include "host/plugin/abi_config.hpp"
#include "host/plugin/config_check.hpp"
#include "host/plugin/loaded_device.hpp"
#include "host/plugin/mapper_library.hpp"
#include "host/plugin/sinks.hpp"
#include "sdk/mapper/convert.hpp"

namespace hearth::plugin {

class LoadedMapper::Impl {
 public:
  std::filesystem::path file;
  MapperNote note;
  std::shared_ptr<MapperLibrary> library;
};

LoadedMapper::LoadedMapper(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
LoadedMapper::~LoadedMapper() = default;

Result<std::shared_ptr<LoadedMapper>> LoadedMapper::load(const std::filesystem::path& file,
                                                         const MapperNote& note) {
  const auto context = "mapper " + file.string();
  auto content = read_mapper_file(file);
  if (!content) return std::move(content).error().within(context);
  if (!content->unsafe.empty()) return invalid("MapperRefused", context + ": " + content->unsafe);
  // The code that runs is judged by its own note, whatever has happened to the file since it was listed.
  const auto own_note = parse_elf_note(content->bytes);
  if (!own_note) return invalid("MapperRefused", context + ": " + own_note.error().text);
  if (own_note->name != note.name) {
    return invalid("MapperRefused",
                   context + ": it is now mapper " + own_note->name + " and was listed as " + note.name);
  }
  auto library = MapperLibrary::load(content->bytes, *own_note);
  if (!library) return std::move(library).error().within(context);
  return std::make_shared<LoadedMapper>(
      std::make_shared<Impl>(Impl{file, std::move(*own_note), std::move(*library)}));
}

const MapperNote& LoadedMapper::note() const {
  return impl_->note;
}
const std::filesystem::path& LoadedMapper::file() const {
  return impl_->file;
}

std::vector<device::Issue> LoadedMapper::validate(const device::ResolvedDevice& device) const {
  auto issues = check_config(device, impl_->note);
  if (!issues.empty()) return issues;
  const AbiConfig config(device);
  const auto& library = *impl_->library;
  IssueCollector found;
  TextCollector reason;
  const auto cls = library.table().validate(library.mapper(), config.device(), found.sink(), reason.sink());
  issues = found.take();
  if (cls != HEARTH_OK) {
    issues.push_back({"spec", cls == HEARTH_BUG ? "MapperBug" : "BadConfig", reason.text()});
  }
  return issues;
}

Expected<std::string> LoadedMapper::bus_key(const device::ResolvedDevice& device) const {
  const AbiConfig config(device);
  const auto& library = *impl_->library;
  TextCollector text;
  const auto cls = library.table().bus_key(library.mapper(), config.device(), text.sink());
  if (cls != HEARTH_OK) return text.status(cls);
  if (text.raw().empty()) return mapper::bug_error("the mapper named no bus key and gave no reason");
  return text.raw();
}

Expected<std::unique_ptr<LoadedDevice>> LoadedMapper::open(const device::ResolvedDevice& device,
                                                           Deadline deadline) const {
  const AbiConfig config(device);
  const auto& library = *impl_->library;
  TextCollector reason;
  hearth_device* opened = nullptr;
  const auto cls = library.table().open(library.mapper(), config.device(), mapper::to_abi(deadline),
                                        reason.sink(), &opened);
  if (cls != HEARTH_OK) return reason.status(cls);
  if (!opened) return mapper::bug_error("the mapper opened no device and gave no reason");
  auto impl = std::make_unique<LoadedDevice::Impl>(impl_->library, opened);
  impl->prepare(device, config);
  return std::make_unique<LoadedDevice>(std::move(impl));
}

bool LoadedMapper::can_discover() const {
  return impl_->library->table().discover != nullptr;
}

Expected<std::vector<Discovered>> LoadedMapper::discover(Deadline deadline) const {
  if (!can_discover()) return mapper::config_error("the mapper cannot search for devices");
  std::vector<Discovered> found;
  const hearth_discover_sink sink{
      &found, [](void* context, hearth_string name, hearth_string protocol, hearth_string config,
                 hearth_string text) {
        static_cast<std::vector<Discovered>*>(context)->push_back(
            {clean_text(name), clean_text(protocol), std::string(mapper::view(config)), clean_text(text)});
      }};
  TextCollector reason;
  const auto& library = *impl_->library;
  const auto cls = library.table().discover(library.mapper(), mapper::to_abi(deadline), &sink, reason.sink());
  if (cls != HEARTH_OK) return reason.status(cls);
  return found;
}

}  // namespace hearth::plugin
