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

DataLine read_data_line(std::string_view line) {
  DataLine read;
  const auto event = parse_json(line, kMaxLine);
  if (!event || !event->is_object()) return read;
  const auto sequence = event->find("sequence");
  if (sequence != event->end() && sequence->is_number_unsigned())
    read.sequence = sequence->get<std::uint64_t>();
  if (!event->contains("topic")) return read;
  auto payload = printable(kube::string_at(*event, "payload"));
  if (event->contains("payloadBase64"))
    payload = "base64:" + printable(kube::string_at(*event, "payloadBase64"));
  read.text = fmt::format("{}  {}  {}  {}\n", printable(kube::string_at(*event, "time")),
                          printable(kube::string_at(*event, "node")),
                          printable(kube::string_at(*event, "topic")), payload);
  return read;
}

Error explain_data_error(Error error) {
  if (error.cls != ErrorClass::not_found) return error;
  error.text =
      "this API server has no event data: hearth-cloud shows it with the API of its own, not with a "
      "cluster's "
      "(--kubeconfig); there, subscribe at the node's broker";
  return error;
}

}  // namespace hearth::ctl
