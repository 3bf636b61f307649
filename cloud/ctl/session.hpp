// SPDX-License-Identifier: Apache-2.0
// What every command works with: the client of the API, the namespace, and where to print.
// Thread: the one thread of the program.   Errors: printed as "error: …" by fail().
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <iosfwd>
#include <memory>
#include <string>

#include "cloud/ctl/kinds.hpp"
#include "cloud/ctl/options.hpp"
#include "cloud/kube/kube_client.hpp"

namespace hearth::ctl {

inline constexpr const char* kUserAgent = "hearthctl/" HEARTH_VERSION;

struct Session {
  boost::asio::any_io_executor executor;
  kube::Access access;
  std::string ns;
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  kube::KubeClient client;
  bool interrupted = false;  ///< by Ctrl-C: what fails then is no news

  Session(boost::asio::any_io_executor on, kube::Access to, std::string in_namespace, std::istream& from,
          std::ostream& output, std::ostream& errors);

  /// Prints "error: …"; the exit status of a failure.
  int fail(const Error& error) const;
};
using SessionPtr = std::shared_ptr<Session>;

/// All kinds of the server; groups that cannot be read are passed over.
boost::asio::awaitable<Result<Kinds>> discover(SessionPtr session);
/// One kind, by one request: what apply needs.
boost::asio::awaitable<Result<Kind>> discover_kind(SessionPtr session, std::string api_version,
                                                   std::string kind);

/// "lamp" or "garden/lamp" with the namespace of the session.
struct ObjectName {
  std::string ns;
  std::string name;
};
ObjectName split_name(const Session& session, const std::string& text);
/// Of a Device, or all Devices of a namespace.
std::string device_path(const std::string& ns, const std::string& name = "");

}  // namespace hearth::ctl
