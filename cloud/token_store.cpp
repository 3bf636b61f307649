// SPDX-License-Identifier: Apache-2.0
#include "cloud/token_store.hpp"

#include "cloud/hub/cert_server.hpp"
#include "cloud/private_file.hpp"

namespace hearth::cloud {
namespace {

/// Of this CA, and good for as long as wanted.
bool still_good(const std::string& token, const net::Identity& ca, WallTime until) {
  const auto dot = token.find('.');
  if (dot == token.npos) return false;
  const auto der = net::certificate_pem_to_der(ca.certificate_pem);
  if (!der || net::sha256_hex(*der) != token.substr(0, dot)) return false;
  return cloudhub::check_join_token(ca, std::string_view(token).substr(dot + 1), until).has_value();
}

}  // namespace

Result<std::string> current_token(const std::filesystem::path& data_dir, const net::Identity& ca,
                                  std::chrono::seconds lifetime, WallTime now) {
  // Two that ask at once must not each show a token of which only one is kept.
  const auto lock = FileLock::wait(data_dir / "token.lock");
  if (!lock) return lock.error();
  const auto file = data_dir / "token";
  if (auto kept = read_file(file); kept && still_good(*kept, ca, now + lifetime / 2)) return kept;
  auto made = cloudhub::make_join_token(ca, now + lifetime);
  if (!made) return made.error();
  if (const auto written = write_private_file(file, *made); !written) return written.error();
  return made;
}

}  // namespace hearth::cloud
