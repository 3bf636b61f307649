// SPDX-License-Identifier: Apache-2.0
#include "cloud/ctl/session.hpp"

#include <fmt/format.h>

#include <ostream>

namespace hearth::ctl {

namespace asio = boost::asio;

Session::Session(asio::any_io_executor on, kube::Access to, std::string in_namespace, std::istream& from,
                 std::ostream& output, std::ostream& errors)
    : executor(on),
      access(std::move(to)),
      ns(std::move(in_namespace)),
      in(from),
      out(output),
      err(errors),
      client(on, access, kUserAgent) {}

int Session::fail(const Error& error) const {
  if (!interrupted) err << "error: " << error.text << "\n";
  return kExitFailed;
}

asio::awaitable<Result<Kinds>> discover(SessionPtr session) {
  Kinds kinds;
  auto core = co_await session->client.get("/api/v1");
  if (core) kinds.add(*core);
  auto groups = co_await session->client.get("/apis");
  if (!groups) co_return groups.error();
  for (const auto& group_version : group_versions(*groups)) {
    auto resources = co_await session->client.get(discovery_path(group_version));
    if (resources) kinds.add(*resources);
  }
  co_return kinds;
}

asio::awaitable<Result<Kind>> discover_kind(SessionPtr session, std::string api_version, std::string kind) {
  auto resources = co_await session->client.get(discovery_path(split_api_version(api_version)));
  Kinds kinds;
  if (resources) {
    kinds.add(*resources);
  } else if (resources.error().cls != ErrorClass::not_found) {
    co_return resources.error();
  }
  co_return kinds.find(api_version, kind);
}

ObjectName split_name(const Session& session, const std::string& text) {
  const auto slash = text.find('/');
  if (slash == std::string::npos) return {session.ns, text};
  return {text.substr(0, slash), text.substr(slash + 1)};
}

std::string device_path(const std::string& ns, const std::string& name) {
  return kube::resource_path("devices.kubeedge.io", "v1beta1", "devices", ns, name);
}

}  // namespace hearth::ctl
