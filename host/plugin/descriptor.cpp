// SPDX-License-Identifier: Apache-2.0
#include "host/plugin/descriptor.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "sdk/mapper/convert.hpp"

namespace hearth::plugin {
namespace {

/// Where the optional tail begins: every table has what stands before it.
constexpr std::size_t kSmallestTable = offsetof(hearth_mapper_table, subscribe);

Error refused(std::string text) {
  return invalid("MapperRefused", std::move(text));
}

bool is_complete(const hearth_mapper_table& table) {
  return table.create && table.destroy && table.validate && table.bus_key && table.open && table.prepare &&
         table.read && table.write && table.health && table.close;
}

Error lie(std::string_view what, std::string_view note, std::string_view code) {
  return refused(fmt::format("its note says {} {}, its code says {}; build it again from one source", what,
                             note, code.substr(0, 64)));
}

}  // namespace

std::string abi_refusal(AbiVersion theirs) {
  if (theirs.major != kHostAbi.major) {
    return fmt::format(
        "it is built for mapper ABI {}, this host speaks {}; build it with the SDK of this host",
        to_string(theirs), to_string(kHostAbi));
  }
  if (theirs.minor > kHostAbi.minor) {
    return fmt::format("it needs mapper ABI {}, this host speaks {}; upgrade the host", to_string(theirs),
                       to_string(kHostAbi));
  }
  return {};
}

Result<hearth_mapper_table> check_descriptor(const hearth_mapper_table* table, const MapperNote& note) {
  if (!table) return refused("its hearth_mapper_descriptor returns no table; build it with HEARTH_MAPPER");
  const AbiVersion abi{table->abi_major, table->abi_minor};
  if (abi != note.abi) return lie("ABI", to_string(note.abi), to_string(abi));
  if (auto reason = abi_refusal(abi); !reason.empty()) return refused(reason);
  if (table->struct_size < kSmallestTable) {
    return refused(fmt::format("its table has {} bytes, at least {} are needed; build it again",
                               table->struct_size, kSmallestTable));
  }
  hearth_mapper_table out{};
  std::memcpy(&out, table, std::min<std::size_t>(table->struct_size, sizeof out));
  if (mapper::view(out.name) != note.name) return lie("name", note.name, mapper::view(out.name));
  if (mapper::view(out.version) != note.version)
    return lie("version", note.version, mapper::view(out.version));
  if (!is_complete(out)) return refused("its table misses a call; build it with HEARTH_MAPPER");
  return out;
}

}  // namespace hearth::plugin
