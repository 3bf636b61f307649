// SPDX-License-Identifier: Apache-2.0
#include "cloud/ctl/data_line.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cloud/kube/json_access.hpp"
#include "sdk/base/bounded_json.hpp"

namespace hearth::ctl {
namespace {

constexpr std::size_t kMaxLine = 8 * 1024 * 1024;

std::string printable(std::string text) {
  const bool obeyed =
      std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (!obeyed) return text;
  // As ASCII, as DEL and the C1 controls would go through else.
  return nlohmann::json(std::move(text)).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string print_data_line(std::string_view line) {
  const auto event = parse_json(line, kMaxLine);
  if (!event || !event->is_object()) return {};
  auto payload = printable(kube::string_at(*event, "payload"));
  if (event->contains("payloadBase64"))
    payload = "base64:" + printable(kube::string_at(*event, "payloadBase64"));
  return fmt::format("{}  {}  {}  {}\n", printable(kube::string_at(*event, "time")),
                     printable(kube::string_at(*event, "node")), printable(kube::string_at(*event, "topic")),
                     payload);
}

}  // namespace hearth::ctl
