// SPDX-License-Identifier: Apache-2.0
// The open file behind LoadedMapper and its devices, in the terms of the C boundary.
// Thread: as abi.h says of its calls.   Errors: Result on loading; the C statuses afterwards.
#pragma once

#include <boost/dll/shared_library.hpp>
#include <memory>
#include <string>

#include "host/plugin/elf_note.hpp"
#include "host/plugin/mapper_file.hpp"
#include "sdk/mapper/abi.h"

namespace hearth::plugin {

/// Keeps the private copy, the mapped code and the mapper's handle alive, and ends them in the right order.
class MapperLibrary {
 public:
  static Result<std::shared_ptr<MapperLibrary>> load(std::span<const std::uint8_t> bytes,
                                                     const MapperNote& note);
  ~MapperLibrary();
  MapperLibrary(const MapperLibrary&) = delete;
  MapperLibrary& operator=(const MapperLibrary&) = delete;

  const hearth_mapper_table& table() const { return table_; }
  hearth_mapper* mapper() const { return mapper_; }

 private:
  MapperLibrary(PrivateCopy copy, boost::dll::shared_library library, const hearth_mapper_table& table,
                std::string name);
  Result<void> create();

  PrivateCopy copy_;  // outlives the library: dlopen tells libraries apart by path
  boost::dll::shared_library library_;
  hearth_mapper_table table_;
  std::string name_;
  hearth_host host_{};
  hearth_mapper* mapper_ = nullptr;
};

}  // namespace hearth::plugin
