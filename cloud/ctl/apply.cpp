// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <ostream>

#include "cloud/ctl/apply_plan.hpp"
#include "cloud/ctl/commands.hpp"
#include "cloud/ctl/manifests.hpp"
#include "cloud/kube/json_access.hpp"

namespace hearth::ctl {
namespace {

namespace asio = boost::asio;
using nlohmann::json;

/// The manager's name of kubectl's own apply: fields stay in one hand when both are used.
std::string managed(std::string path) {
  path = kube::with_query(std::move(path), "fieldManager", "kubectl-client-side-apply");
  return kube::with_query(std::move(path), "fieldValidation", "Strict");
}

/// Creates, patches or leaves alone; what was done in a word.
asio::awaitable<Result<std::string>> send(SessionPtr session, Kind kind, json manifest) {
  const auto own = kube::namespace_of(manifest);
  const std::string ns = !kind.namespaced ? "" : (own.empty() ? session->ns : own);
  const auto path = kind.path(ns, kube::name_of(manifest));
  const json wanted = with_last_applied(std::move(manifest), ns);
  auto live = co_await session->client.get(path);
  if (!live && live.error().code == "NotFound") {
    auto created = co_await session->client.create(managed(kind.path(ns)), wanted);
    if (!created) co_return created.error();
    co_return "created";
  }
  if (!live) co_return live.error();
  json patch = apply_patch(*live, wanted);
  if (patch.empty()) co_return "unchanged";
  auto patched = co_await session->client.patch(managed(path), kube::PatchType::merge, std::move(patch));
  if (!patched) co_return patched.error();
  co_return "configured";
}

asio::awaitable<Result<void>> apply_one(SessionPtr session, json manifest) {
  const auto name = kube::name_of(manifest);
  auto kind = co_await discover_kind(session, kube::string_at(manifest, "apiVersion"),
                                     kube::string_at(manifest, "kind"));
  if (!kind) co_return kind.error();
  auto done = co_await send(session, *kind, std::move(manifest));
  if (!done) co_return done.error();
  session->out << fmt::format("{}/{} {}\n", kind->printed(), name, *done) << std::flush;
  co_return Result<void>();
}

}  // namespace

asio::awaitable<int> run_apply(SessionPtr session, ApplyOptions options) {
  auto manifests = read_manifests(options.files, session->in);
  for (const auto& error : manifests.errors) {
    session->err << error << (error.ends_with('\n') ? "" : "\n");
  }
  bool failed = !manifests.errors.empty();
  if (manifests.objects.empty() && !failed) {
    session->err << "error: no objects in what was passed to apply\n";
    failed = true;
  }
  sort_for_apply(manifests.objects);
  for (auto& manifest : manifests.objects) {
    auto applied = co_await apply_one(session, std::move(manifest.object));
    if (applied) continue;
    failed = true;
    session->fail(std::move(applied).error().within(manifest.place));
  }
  co_return failed ? kExitFailed : kExitOk;
}

}  // namespace hearth::ctl
