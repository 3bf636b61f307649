// SPDX-License-Identifier: Apache-2.0
#include "host/plugin/mapper_library.hpp"

#include <dlfcn.h>
#include <spdlog/spdlog.h>

#include "host/plugin/descriptor.hpp"
#include "host/plugin/sinks.hpp"
#include "sdk/mapper/convert.hpp"

namespace hearth::plugin {
namespace {

spdlog::level::level_enum level_of(std::uint32_t level) {
  if (level == HEARTH_LOG_DEBUG) return spdlog::level::debug;
  if (level == HEARTH_LOG_INFO) return spdlog::level::info;
  return level == HEARTH_LOG_WARN ? spdlog::level::warn : spdlog::level::err;
}

void log_for_mapper(void* context, std::uint32_t level, hearth_string text) {
  spdlog::log(level_of(level), "mapper {}: {}", *static_cast<const std::string*>(context), clean_text(text));
}

Error refused(std::string text) {
  return invalid("MapperRefused", std::move(text));
}

/// What the dynamic linker said; Boost.DLL's error code does not carry it.
std::string linker_text(const boost::dll::fs::error_code& ec) {
  const char* said = ::dlerror();
  return said ? said : ec.message();
}

}  // namespace

MapperLibrary::MapperLibrary(PrivateCopy copy, boost::dll::shared_library library,
                             const hearth_mapper_table& table, std::string name)
    : copy_(std::move(copy)), library_(std::move(library)), table_(table), name_(std::move(name)) {
  host_ = {.struct_size = sizeof(hearth_host), .reserved = 0, .context = &name_, .log = &log_for_mapper};
}

MapperLibrary::~MapperLibrary() {
  if (mapper_) table_.destroy(mapper_);
}

Result<std::shared_ptr<MapperLibrary>> MapperLibrary::load(std::span<const std::uint8_t> bytes,
                                                           const MapperNote& note) {
  auto copy = PrivateCopy::make(bytes, "hearth-mapper-" + note.name);
  if (!copy) return copy.error();
  boost::dll::fs::error_code ec;
  boost::dll::shared_library library(copy->path(), ec,
                                     boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
  if (ec) return refused("the dynamic linker refuses it: " + linker_text(ec));
  if (!library.has(HEARTH_DESCRIPTOR_SYMBOL)) {
    return refused("it has a note, but exports no " HEARTH_DESCRIPTOR_SYMBOL "; build it with HEARTH_MAPPER");
  }
  const auto& descriptor = library.get<const hearth_mapper_table*()>(HEARTH_DESCRIPTOR_SYMBOL);
  const auto table = check_descriptor(descriptor(), note);
  if (!table) return table.error();
  std::shared_ptr<MapperLibrary> out(
      new MapperLibrary(std::move(*copy), std::move(library), *table, note.name));
  if (const auto created = out->create(); !created) return created.error();
  return out;
}

Result<void> MapperLibrary::create() {
  TextCollector reason;
  hearth_mapper* made = nullptr;
  const auto cls = table_.create(&host_, reason.sink(), &made);
  if (cls != HEARTH_OK) return refused("it did not start: " + reason.text());
  if (!made) return refused("it started without giving a handle; that is a bug of the mapper");
  mapper_ = made;
  return boost::system::in_place_value;
}

}  // namespace hearth::plugin
