// SPDX-License-Identifier: Apache-2.0
#include "cloud/access/token_file.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <fstream>
#include <optional>
#include <sstream>

#include "cloud/access/token.hpp"

namespace hearth::access {
namespace {

constexpr std::size_t kMaxFile = 4 * 1024 * 1024;

using Fields = std::vector<std::string>;

/// One field in quotes; nothing when the quote never ends or something follows it.
std::optional<std::string> quoted_field(std::string_view& rest) {
  std::string field;
  rest.remove_prefix(1);
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c != '"') {
      field += c;
    } else if (rest.starts_with('"')) {
      field += '"';
      rest.remove_prefix(1);
    } else {
      return rest.empty() || rest.front() == ',' ? std::optional(field) : std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<Fields> fields_of(std::string_view line) {
  Fields fields;
  while (true) {
    if (line.starts_with('"')) {
      auto field = quoted_field(line);
      if (!field) return std::nullopt;
      fields.push_back(std::move(*field));
    } else {
      const auto end = std::min(line.find(','), line.size());
      fields.emplace_back(line.substr(0, end));
      line.remove_prefix(end);
    }
    if (line.empty()) return fields;
    line.remove_prefix(1);
  }
}

std::vector<std::string> split_groups(std::string_view text) {
  std::vector<std::string> groups;
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    if (end > 0) groups.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return groups;
}

Result<std::string> read_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return not_found("NoTokenFile", fmt::format("{} cannot be read", file.string()));
  std::stringstream text;
  text << in.rdbuf();
  if (text.str().size() > kMaxFile)
    return invalid("BadTokenFile", fmt::format("{} is larger than 4 MiB", file.string()));
  return text.str();
}

Result<void> take_line(std::string_view line, std::size_t number, UsersByToken& users) {
  const auto fields = fields_of(line);
  if (!fields || fields->size() < 3 || fields->at(0).empty() || fields->at(1).empty()) {
    return invalid(
        "BadTokenFile",
        fmt::format("line {}: expected token,user,uid and, if there are any, \"group1,group2\"", number));
  }
  User user{fields->at(1), {}, fields->at(2), {}};
  if (fields->size() > 3) user.groups = split_groups(fields->at(3));
  users[token_hash(fields->at(0))] = std::make_shared<const User>(std::move(user));
  return {};
}

}  // namespace

Result<UsersByToken> parse_token_file(std::string_view text) {
  UsersByToken users;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    if (auto taken = take_line(line, number, users); !taken) return taken.error();
  }
  return users;
}

Result<void> TokenFile::load() {
  const auto text = read_text(file_);
  if (!text) return text.error();
  auto users = parse_token_file(*text);
  if (!users) return std::move(users).error().within(file_.string());
  std::error_code error;
  const auto changed = std::filesystem::last_write_time(file_, error);
  const std::lock_guard lock(mutex_);
  users_ = std::move(*users);
  changed_ = changed;
  looked_ = std::chrono::steady_clock::now();
  return {};
}

void TokenFile::look() {
  {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (now - looked_ < kLookEvery) return;
    looked_ = now;
    std::error_code error;
    const auto changed = std::filesystem::last_write_time(file_, error);
    if (!error && changed == changed_) return;
    changed_ = changed;
  }
  if (const auto loaded = load(); !loaded)
    spdlog::warn("access: the token file is not read again: {}", loaded.error().text);
}

UserPtr TokenFile::find(std::string_view token) {
  look();
  const auto hash = token_hash(token);
  const std::lock_guard lock(mutex_);
  const auto found = users_.find(hash);
  return found == users_.end() ? nullptr : found->second;
}

}  // namespace hearth::access
