// SPDX-License-Identifier: Apache-2.0
// Kubernetes' Status: how every refusal reaches a client. One factory for each case, with the exact texts
// clients know.
// Thread: plain values.   Errors: this is how they travel inside the API server.
#pragma once

#include <boost/system/result.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/api/base/admission.hpp"

namespace hearth::api {

class Status {
 public:
  /// An internal error without words: what a result without error would give.
  Status() = default;
  Status(int code, std::string reason, std::string message, nlohmann::json details = nullptr)
      : code_(code), reason_(std::move(reason)), message_(std::move(message)), details_(std::move(details)) {}

  int code() const { return code_; }
  const std::string& reason() const { return reason_; }
  const std::string& message() const { return message_; }
  /// The JSON document of the answer.
  nlohmann::json body() const;

 private:
  int code_ = 500;
  std::string reason_;
  std::string message_;
  nlohmann::json details_;
};

/// What value() throws when there is none: a mistake of ours, caught at the request's edge.
[[noreturn]] void throw_exception_from_error(const Status& status, const boost::source_location&);

template <class T>
using Answer = boost::system::result<T, Status>;

/// What messages call a kind: "devices.devices.kubeedge.io" and "Device.devices.kubeedge.io".
struct KindName {
  std::string group;
  std::string plural;
  std::string kind;

  std::string resource() const { return group.empty() ? plural : plural + "." + group; }
  std::string qualified_kind() const { return group.empty() ? kind : kind + "." + group; }
};

Status not_found(const KindName& kind, const std::string& name);
Status already_exists(const KindName& kind, const std::string& name);
Status stale(const KindName& kind, const std::string& name);
/// 409 with a text of its own; `as_kind` as delete preconditions have it.
Status conflict(const KindName& kind, const std::string& name, const std::string& why, bool as_kind);
Status invalid(const KindName& kind, const std::string& name, const std::vector<Violation>& violations);
Status bad_request(std::string message);
Status namespace_terminating(const KindName& kind, const std::string& name, const std::string& ns);
Status unauthorized();
Status forbidden(const KindName& kind, std::string_view name, const std::string& why);
Status path_forbidden(const std::string& user, std::string_view verb, std::string_view path);
Status path_not_found();
Status method_not_allowed();
Status unsupported_type(std::string_view accepted);
Status not_acceptable();
Status too_large(std::size_t limit);
Status expired(std::string message, const std::string& fresh_continue = {});
Status future_version(std::uint64_t wanted, std::uint64_t current);
/// The store could not write: 503, and the client may try again.
Status store_failed(const std::string& why);
Status internal_status(const std::string& why);

}  // namespace hearth::api
