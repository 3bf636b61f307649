// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "cloud/ctl/commands.hpp"
#include "cloud/ctl/manifests.hpp"
#include "cloud/ctl/targets.hpp"
#include "cloud/kube/json_access.hpp"

namespace hearth::ctl {
namespace {

namespace asio = boost::asio;
using nlohmann::json;

/// What the server's answer means: the object itself comes back when finalizers hold it.
std::string outcome(const json& answer) {
  const auto& metadata = kube::object_at(answer, "metadata");
  const auto& finalizers = kube::array_at(metadata, "finalizers");
  if (kube::string_at(metadata, "deletionTimestamp").empty() || finalizers.empty()) return "deleted";
  std::string names;
  for (const auto& finalizer : finalizers) {
    if (!finalizer.is_string()) continue;
    names += (names.empty() ? "" : ", ") + finalizer.get<std::string>();
  }
  return "is being deleted; waiting for " + names;
}

/// What `kubectl delete --force` asks for as well.
std::string forced(std::string path) {
  return kube::with_query(std::move(path), "gracePeriodSeconds", "0");
}

/// The choices that hold for each object of a command.
struct Manner {
  bool ignore_absent = false;
  bool force = false;
};

asio::awaitable<bool> delete_one(SessionPtr session, Kind kind, std::string ns, std::string name,
                                 Manner manner) {
  auto path = kind.path(ns, name);
  if (manner.force) path = forced(std::move(path));
  auto answer = co_await session->client.remove(std::move(path));
  if (answer) {
    session->out << fmt::format("{} \"{}\" {}\n", kind.printed(), name, outcome(*answer)) << std::flush;
    co_return true;
  }
  if (manner.ignore_absent && answer.error().cls == ErrorClass::not_found) co_return true;
  session->fail(answer.error());
  co_return false;
}

asio::awaitable<bool> delete_manifest(SessionPtr session, Manifest manifest, Manner manner) {
  auto kind = co_await discover_kind(session, kube::string_at(manifest.object, "apiVersion"),
                                     kube::string_at(manifest.object, "kind"));
  if (!kind) {
    session->fail(std::move(kind).error().within(manifest.place));
    co_return false;
  }
  const auto own = kube::namespace_of(manifest.object);
  const bool done = co_await delete_one(session, *kind, own.empty() ? session->ns : own,
                                        kube::name_of(manifest.object), manner);
  co_return done;
}

asio::awaitable<int> delete_files(SessionPtr session, DeleteOptions options) {
  auto manifests = read_manifests(options.files, session->in);
  for (const auto& error : manifests.errors)
    session->err << error << (error.ends_with('\n') ? "" : "\n");
  bool ok = manifests.errors.empty();
  const Manner manner{options.ignore_not_found, options.force};
  sort_for_apply(manifests.objects);
  // The other way round than apply: devices before the models they refer to.
  std::reverse(manifests.objects.begin(), manifests.objects.end());
  for (auto& manifest : manifests.objects) {
    const bool done = co_await delete_manifest(session, std::move(manifest), manner);
    ok = ok && done;
  }
  co_return ok ? kExitOk : kExitFailed;
}

}  // namespace

asio::awaitable<int> run_delete(SessionPtr session, DeleteOptions options) {
  if (!options.files.empty()) {
    const int status = co_await delete_files(session, std::move(options));
    co_return status;
  }
  const auto targets = parse_targets(options.args);
  if (!targets) co_return session->fail(targets.error());
  if (targets->names.empty())
    co_return session->fail(invalid("NoName", "expected the name of what to delete"));
  const auto kinds = co_await discover(session);
  if (!kinds) co_return session->fail(kinds.error());
  const auto kind = kinds->find(targets->kind);
  if (!kind) co_return session->fail(kind.error());
  const Manner manner{options.ignore_not_found, options.force};
  bool ok = true;
  for (const auto& name : targets->names) {
    const bool done = co_await delete_one(session, *kind, session->ns, name, manner);
    ok = ok && done;
  }
  co_return ok ? kExitOk : kExitFailed;
}

}  // namespace hearth::ctl
