// SPDX-License-Identifier: Apache-2.0
// The file of static bearer tokens: Kubernetes' CSV of token,user,uid,"group1,group2", read again when it changes.
// Thread: TokenFile may be asked from any thread.   Errors: a broken line gives an Error that names it; while a changed
// file is broken, the tokens read before stay good.
#pragma once

#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "cloud/access/user.hpp"
#include "sdk/base/error.hpp"

namespace hearth::access {

/// By the SHA-256 of the token: the tokens themselves are not kept.
using UsersByToken = std::unordered_map<std::string, UserPtr>;

/// Lines that are empty or begin with # count for nothing.
Result<UsersByToken> parse_token_file(std::string_view text);

class TokenFile {
 public:
  /// How often it is looked whether the file has changed.
  static constexpr std::chrono::seconds kLookEvery{2};

  explicit TokenFile(std::filesystem::path file) : file_(std::move(file)) {}

  /// At start: what is wrong with the file is told.
  Result<void> load();
  /// Null for a token that is not there.
  UserPtr find(std::string_view token);

 private:
  void look();

  std::filesystem::path file_;
  std::mutex mutex_;
  UsersByToken users_;
  std::filesystem::file_time_type changed_;
  std::chrono::steady_clock::time_point looked_;
};

}  // namespace hearth::access
