// SPDX-License-Identifier: Apache-2.0
#include "cloud/access/audit_log.hpp"

#include <fmt/format.h>

#include <iostream>
#include <utility>

namespace hearth::access {

using nlohmann::json;

namespace {

json user_of(const User& user) {
  json shown = {{"username", user.name}, {"groups", user.groups}};
  if (!user.uid.empty()) shown["uid"] = user.uid;
  if (!user.extra.empty()) shown["extra"] = user.extra;
  return shown;
}

void put(json& object, const char* name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}

json object_of(const AuditEntry& entry) {
  const auto& attempt = entry.attempt;
  json object = {{"resource", attempt.resource}};
  put(object, "namespace", attempt.ns);
  put(object, "name", attempt.name);
  put(object, "apiGroup", attempt.group);
  put(object, "apiVersion", entry.api_version);
  put(object, "subresource", attempt.subresource);
  return object;
}

json users_of(const UserPtr& user) {
  json found = {{"user", json::object()}};
  if (user == nullptr) return found;
  const auto& real = user->impersonator == nullptr ? *user : *user->impersonator;
  found["user"] = user_of(real);
  if (user->impersonator != nullptr) found["impersonatedUser"] = user_of(*user);
  return found;
}

}  // namespace

std::string printed(const AuditEntry& entry) {
  json line = users_of(entry.user);
  line["kind"] = "Event";
  line["apiVersion"] = "audit.k8s.io/v1";
  line["level"] = "Metadata";
  line["auditID"] = entry.id;
  line["stage"] = entry.stage;
  line["requestURI"] = entry.uri;
  line["verb"] = entry.attempt.verb;
  line["sourceIPs"] = json::array();
  if (!entry.address.empty()) line["sourceIPs"].push_back(entry.address);
  put(line, "userAgent", entry.agent);
  if (!entry.attempt.resource.empty()) line["objectRef"] = object_of(entry);
  line["responseStatus"] = {{"metadata", json::object()}, {"code", entry.code}};
  line["requestReceivedTimestamp"] = to_rfc3339_micro(entry.received);
  line["stageTimestamp"] = to_rfc3339_micro(entry.done);
  const auto spent = std::chrono::duration<double, std::milli>(entry.done - entry.received).count();
  line["annotations"] = {{"apiserver.latency.k8s.io/total", fmt::format("{:.3f}ms", spent)},
                         {"authorization.k8s.io/decision", entry.code == 403 ? "forbid" : "allow"}};
  if (entry.code == 401) line["annotations"].erase("authorization.k8s.io/decision");
  return line.dump(-1, ' ', false, json::error_handler_t::replace);
}

AuditLog::AuditLog(AuditOptions options, Metrics& metrics)
    : options_(std::move(options)),
      written_(metrics.counter("hearth_api_audit_lines_total", "Lines of the audit log written")),
      lost_(metrics.counter("hearth_api_audit_lost_total", "Lines of the audit log lost")) {}

AuditLog::~AuditLog() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

Result<void> AuditLog::open() {
  if (!to_output()) {
    std::error_code none_there;
    const auto size = std::filesystem::file_size(options_.file, none_there);
    size_ = none_there ? 0 : size;
    stream_.open(options_.file, std::ios::app | std::ios::binary);
    if (!stream_) return unavailable("AuditLog", fmt::format("{} cannot be written", options_.file));
    std::filesystem::permissions(
        options_.file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, none_there);
  }
  thread_ = std::thread([this] { run(); });
  return {};
}

void AuditLog::write(AuditEntry entry) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= options_.queue) {
      lost_.Increment();
      return;
    }
    queue_.push_back(std::move(entry));
  }
  wake_.notify_one();
}

void AuditLog::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    if (queue_.empty()) return;
    const auto taken = std::exchange(queue_, {});
    lock.unlock();
    for (const auto& entry : taken)
      write_line(printed(entry));
    (to_output() ? std::cout : stream_).flush();
    lock.lock();
  }
}

void AuditLog::write_line(const std::string& line) {
  if (!to_output() && size_ > 0 && size_ + line.size() >= options_.max_bytes) set_aside();
  auto& out = to_output() ? static_cast<std::ostream&>(std::cout) : stream_;
  out << line << '\n';
  size_ += line.size() + 1;
  if (out) {
    written_.Increment();
  } else {
    lost_.Increment();
    out.clear();
  }
}

/// FILE becomes FILE.1, that one FILE.2, and so on; the oldest goes.
void AuditLog::set_aside() {
  std::error_code error;
  stream_.close();
  for (int i = options_.kept; i > 1; --i)
    std::filesystem::rename(fmt::format("{}.{}", options_.file, i - 1),
                            fmt::format("{}.{}", options_.file, i), error);
  if (options_.kept > 0) std::filesystem::rename(options_.file, options_.file + ".1", error);
  stream_.open(options_.file, std::ios::trunc | std::ios::binary);
  std::filesystem::permissions(
      options_.file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, error);
  size_ = 0;
}

}  // namespace hearth::access
