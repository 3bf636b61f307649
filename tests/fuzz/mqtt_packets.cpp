// SPDX-License-Identifier: Apache-2.0
// What a broker sends, arriving in pieces: what is read must not depend on where the pieces end.
#include <algorithm>
#include <vector>

#include "host/eventbus/packet_reader.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace hearth::eventbus;

constexpr std::size_t kMaxPayload = 64;  // so that small inputs have oversized messages too

/// Kind, id and texts of each packet; at the end whether the bytes were refused.
std::vector<std::string> read(std::string_view bytes, std::size_t piece) {
  PacketReader reader(kMaxPayload);
  std::vector<std::string> packets;
  while (!bytes.empty()) {
    const auto room = reader.room();
    hearth::fuzz::require(!room.empty(), "there is room for more");
    const auto size = std::min({piece, room.size(), bytes.size()});
    std::copy_n(bytes.begin(), size, room.begin());
    reader.filled(size);
    bytes.remove_prefix(size);
    for (;;) {
      const auto packet = reader.next();
      if (!packet) {
        packets.emplace_back("refused");
        return packets;
      }
      if (!*packet) break;
      packets.push_back(std::to_string((*packet)->index()));
      const auto* delivery = std::get_if<Delivery>(&**packet);
      if (delivery == nullptr) continue;
      hearth::fuzz::require(delivery->payload.size() <= kMaxPayload || delivery->oversized,
                            "the bound holds");
      packets.back().append(delivery->topic).append(" ").append(delivery->oversized ? "" : delivery->payload);
    }
  }
  return packets;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = hearth::fuzz::as_text(data, size);
  const auto whole = read(bytes, bytes.size());
  hearth::fuzz::require(read(bytes, 1) == whole, "byte by byte it is the same");
  hearth::fuzz::require(read(bytes, 7) == whole, "in pieces it is the same");
  return 0;
}
