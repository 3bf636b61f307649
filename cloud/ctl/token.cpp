// SPDX-License-Identifier: Apache-2.0
#include "cloud/ctl/token.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

namespace hearth::ctl {
namespace {

Result<std::string> read_pem(const std::filesystem::path& file) {
  constexpr std::size_t kMaxPem = 64 * 1024;
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    return not_found("NoAuthority",
                     fmt::format("{} cannot be read; expected --data-dir to be that of hearth-cloud, "
                                 "and to be run as its user",
                                 file.string()));
  }
  std::string text(kMaxPem, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

}  // namespace

Result<std::string> make_token(const TokenOptions& options, const TokenMaker& maker, WallTime now) {
  if (!maker) return internal_error("no maker of tokens was handed in");
  auto certificate = read_pem(options.data_dir / "pki/ca.crt");
  if (!certificate) return certificate.error();
  auto key = read_pem(options.data_dir / "pki/ca.key");
  if (!key) return key.error();
  return maker(net::Identity{std::move(*certificate), std::move(*key)}, now + options.lifetime);
}

}  // namespace hearth::ctl
