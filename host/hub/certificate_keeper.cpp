// SPDX-License-Identifier: Apache-2.0
#include "host/hub/certificate_keeper.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/use_awaitable.hpp>
#include <fstream>
#include <utility>

namespace hearth::edgehub {

namespace asio = boost::asio;

namespace {

/// Empty if there is none: a node that has its certificate needs no token.
std::string read_token(const std::filesystem::path& file) {
  constexpr std::streamsize kMax = 16 * 1024;
  std::ifstream in(file, std::ios::binary);
  std::string text(kMax, '\0');
  in.read(text.data(), kMax);
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

long days(WallTime::duration time) {
  return static_cast<long>(std::chrono::duration_cast<std::chrono::days>(time).count());
}

}  // namespace

CertificateKeeper::CertificateKeeper(asio::any_io_executor executor, CertificateOptions options,
                                     Metrics& metrics)
    : executor_(std::move(executor)),
      options_(std::move(options)),
      renewals_(metrics.counter("hearth_edgehub_certificate_renewals_total", "Certificates renewed in time")),
      expires_(metrics.gauge("hearth_edgehub_certificate_expires_seconds",
                             "Until the node's certificate ends; negative afterwards")) {}

EnrolmentOptions CertificateKeeper::enrolment(net::Url cert_server) const {
  EnrolmentOptions made{
      .cert_server = std::move(cert_server), .token = options_.token, .node_name = options_.node_name};
  if (!options_.token_file.empty()) made.token = read_token(options_.token_file);
  return made;
}

Error CertificateKeeper::with_token_file(Error error) const {
  if (error.code == "NoToken" && !options_.token_file.empty())
    error.text += " (nothing is in " + options_.token_file.string() + ")";
  return error;
}

asio::awaitable<Result<Credentials>> CertificateKeeper::obtain(net::Url cert_server) {
  auto with = enrolment(std::move(cert_server));
  const auto patience = with.patience;
  auto folder = options_.folder;
  auto credentials = co_await obtain_credentials(executor_, std::move(folder), std::move(with),
                                                 std::chrono::system_clock::now());
  retry_after_ = patience->retry_after;
  if (!credentials) co_return with_token_file(credentials.error());
  plan(*credentials);
  co_return credentials;
}

void CertificateKeeper::plan(const Credentials& credentials) {
  const auto info = net::certificate_info(credentials.identity.certificate_pem);
  if (!info || (plan_ && plan_->expires() == info->not_after)) return;
  plan_.emplace(info->not_before, info->not_after, random());
  spdlog::info("edgehub: the node's certificate is good until {}, {} days", to_rfc3339(info->not_after),
               days(info->not_after - std::chrono::system_clock::now()));
  show_expiry();
}

void CertificateKeeper::show_expiry() {
  if (!plan_) return;
  const std::chrono::duration<double> left = plan_->expires() - std::chrono::system_clock::now();
  expires_.Set(left.count());
}

std::optional<RenewalPlan::Duration> CertificateKeeper::wait(WallTime now) const {
  if (!plan_) return std::nullopt;
  return plan_->wait(now);
}

asio::awaitable<Result<Credentials>> CertificateKeeper::renew(net::Url cert_server) {
  auto fresh = co_await renew_present(std::move(cert_server));
  if (!fresh) {
    plan_->failed(std::chrono::system_clock::now(), random());
    co_return fresh.error();
  }
  renewals_.Increment();
  plan(*fresh);
  co_return fresh;
}

asio::awaitable<Result<Credentials>> CertificateKeeper::renew_present(net::Url cert_server) {
  auto present = load_credentials(options_.folder);
  if (!present) co_return present.error();
  if (!*present)
    co_return unavailable("NoCertificate", "there is no certificate in " + options_.folder.string());
  auto with = enrolment(std::move(cert_server));
  auto fresh = co_await edgehub::renew(executor_, std::move(with), std::move(**present));
  if (!fresh) co_return fresh.error();
  const auto problem = unusable_because(*fresh, options_.node_name, std::chrono::system_clock::now());
  if (!problem.empty())
    co_return unavailable("BadCertificate", "the renewed certificate is of no use: " + problem);
  const auto kept = save_credentials(options_.folder, *fresh);
  if (!kept) co_return kept.error();
  co_return fresh;
}

}  // namespace hearth::edgehub
