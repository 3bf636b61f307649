// SPDX-License-Identifier: Apache-2.0
// The C functions behind a mapper's descriptor, and the macro that makes it. Authors include mapper.hpp.
// Thread: as abi.h says.   Errors: no exception leaves these functions.
#pragma once

#include <memory>
#include <type_traits>
#include <vector>

#include "sdk/mapper/mapper.hpp"

struct hearth_mapper {
  std::unique_ptr<hearth::mapper::Mapper> impl;
};

namespace hearth::mapper::entry {

using MakeMapper = std::unique_ptr<Mapper> (*)(Host host);

hearth_class create(const hearth_host* host, const hearth_text_sink* reason, hearth_mapper** mapper,
                    MakeMapper make);
void destroy(hearth_mapper* mapper);
hearth_class validate(hearth_mapper* mapper, const hearth_device_config* config,
                      const hearth_issue_sink* issues, const hearth_text_sink* reason);
hearth_class bus_key(hearth_mapper* mapper, const hearth_device_config* config, const hearth_text_sink* text);
hearth_class open(hearth_mapper* mapper, const hearth_device_config* config, std::int64_t deadline,
                  const hearth_text_sink* reason, hearth_device** device);
void prepare(hearth_device* device, const hearth_property_config* property, std::uint64_t* handle,
             hearth_status* status);
void read(hearth_device* device, const std::uint64_t* handles, std::size_t count, std::int64_t deadline,
          hearth_read_result* results);
void write(hearth_device* device, std::uint64_t handle, const hearth_value* value, std::int64_t deadline,
           hearth_write_result* result);
void health(hearth_device* device, hearth_status* status);
void close(hearth_device* device);
void subscribe(hearth_device* device, const std::uint64_t* handles, std::size_t count,
               const hearth_push_sink* sink, hearth_status* status);
hearth_class discover(hearth_mapper* mapper, std::int64_t deadline, const hearth_discover_sink* found,
                      const hearth_text_sink* reason);

template <class M>
hearth_class create_of(const hearth_host* host, const hearth_text_sink* reason, hearth_mapper** mapper) {
  return create(host, reason, mapper,
                [](Host of) -> std::unique_ptr<Mapper> { return std::make_unique<M>(of); });
}

template <class M>
constexpr hearth_mapper_table table_of(std::string_view name, std::string_view version, bool threads) {
  constexpr bool kDiscovers = !std::is_same_v<decltype(&M::discover), decltype(&Mapper::discover)>;
  return {.struct_size = sizeof(hearth_mapper_table),
          .abi_major = HEARTH_ABI_MAJOR,
          .abi_minor = HEARTH_ABI_MINOR,
          .flags = threads ? HEARTH_FLAG_THREADS : 0,
          .reserved = 0,
          .name = {name.data(), name.size()},
          .version = {version.data(), version.size()},
          .create = &create_of<M>,
          .destroy = &destroy,
          .validate = &validate,
          .bus_key = &bus_key,
          .open = &open,
          .prepare = &prepare,
          .read = &read,
          .write = &write,
          .health = &health,
          .close = &close,
          .subscribe = M::kSubscribes ? &subscribe : nullptr,
          .discover = kDiscovers ? &discover : nullptr};
}

}  // namespace hearth::mapper::entry

/// Makes MAPPER the mapper of this .so. hearth_add_mapper defines the names from mapper.json.
#define HEARTH_MAPPER(MAPPER)                                                                               \
  extern "C" __attribute__((visibility("default"))) const hearth_mapper_table* hearth_mapper_descriptor() { \
    static constexpr hearth_mapper_table kTable = hearth::mapper::entry::table_of<MAPPER>(                  \
        HEARTH_MAPPER_NAME, HEARTH_MAPPER_VERSION, HEARTH_MAPPER_THREADS);                                  \
    return &kTable;                                                                                         \
  }
