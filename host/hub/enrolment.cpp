// SPDX-License-Identifier: Apache-2.0
#include "host/hub/enrolment.hpp"

#include <spdlog/spdlog.h>

#include "host/hub/join_token.hpp"
#include "sdk/net/tls.hpp"

namespace hearth::edgehub {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kMaxAnswer = 1024 * 1024;
constexpr std::chrono::seconds kTimeout{15};
constexpr std::size_t kShownBody = 200;

std::string address_of(const net::Url& server) {
  return server.host + ":" + server.port;
}

Error denied(std::string code, std::string text) {
  return {ErrorClass::denied, std::move(code), std::move(text)};
}

/// The first line of an answer that is to be shown to a user; it comes from outside.
std::string shown(const std::string& body) {
  std::string line;
  for (const char c : body.substr(0, kShownBody)) {
    if (c == '\n') break;
    if (static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7f) line += c;
  }
  return line.empty() ? "no reason given" : line;
}

struct Asking {
  net::Url server;
  std::shared_ptr<Patience> patience;
  std::string advice;  ///< after a refusal that only a person can mend
};

Error refused(const Asking& asking, const std::string& target, const net::HttpResponse& answer) {
  const std::string status =
      target + " was answered " + std::to_string(answer.status) + ": " + shown(answer.body);
  const bool final = answer.status == 400 || answer.status == 401 || answer.status == 403;
  if (final) return denied("Refused", status + "; " + asking.advice);
  asking.patience->retry_after = net::parse_retry_after(answer.headers.get("Retry-After"));
  return unavailable("EnrolmentFailed", status);
}

asio::awaitable<Result<std::string>> fetch(asio::any_io_executor executor, Asking asking, net::TlsContext tls,
                                           net::HttpRequest request) {
  net::HttpClientOptions limits;
  limits.timeout = kTimeout;
  limits.max_body = kMaxAnswer;
  const std::string target = request.target;
  net::HttpClient client(executor, asking.server, std::move(tls), limits);
  auto answer = co_await client.request(std::move(request));
  if (!answer) co_return answer.error();
  if (answer->status != 200) co_return refused(asking, target, *answer);
  co_return std::move(answer->body);
}

asio::awaitable<Result<std::string>> fetch_ca(asio::any_io_executor executor, Asking asking,
                                              std::string wanted_hash) {
  auto unverified = net::make_client_tls({});
  if (!unverified) co_return unverified.error();
  net::HttpRequest request;
  request.target = "/ca.crt";
  auto der = co_await fetch(executor, std::move(asking), *unverified, std::move(request));
  if (!der) co_return der.error();
  if (net::sha256_hex(*der) != wanted_hash) {
    co_return denied(
        "OtherCa",
        "the CA of this cloud is not the one the join token was made for; check the address, or get a "
        "token from this cloud");
  }
  co_return net::certificate_der_to_pem(*der);
}

net::HttpRequest signing_request(const std::string& bearer, const std::string& node_name, std::string csr) {
  net::HttpRequest request;
  request.method = "GET";  // with a body: that is how KubeEdge has it
  request.target = "/edge.crt";
  if (!bearer.empty()) request.headers.add("Authorization", "Bearer " + bearer);
  request.headers.add("NodeName", node_name);
  request.headers.add("ExtKeyUsages", "[2]");  // Go's number of client authentication
  request.headers.add("Content-Type", "application/octet-stream");
  request.body = std::move(csr);
  return request;
}

/// Empty if the certificates on disk will do, else why not.
std::string why_to_enrol(const std::optional<Credentials>& present, const EnrolmentOptions& options,
                         WallTime now) {
  if (!present) return "there is no certificate yet";
  const auto reason = unusable_because(*present, options.node_name, now);
  if (!reason.empty() || options.token.empty()) return reason;
  const auto token = parse_join_token(options.token);
  const auto ca = net::certificate_pem_to_der(present->ca_pem);
  // Good certificates are not given up for a token that is none.
  if (!token || !ca || net::sha256_hex(*ca) == token->ca_hash) return {};
  return "the join token is of another cloud";
}

/// Sends a request for a fresh key's certificate over `trusted`, which also holds what the node shows of itself.
asio::awaitable<Result<net::Identity>> be_signed(asio::any_io_executor executor, Asking asking,
                                                 net::ClientTls trusted, std::string bearer,
                                                 std::string node_name) {
  auto key = net::make_key_pem();
  if (!key) co_return key.error();
  auto csr = net::make_csr_der(*key, node_subject(node_name));
  if (!csr) co_return csr.error();
  auto tls = net::make_client_tls(trusted);
  if (!tls) co_return tls.error();
  auto request = signing_request(bearer, node_name, std::move(*csr));
  auto der = co_await fetch(executor, std::move(asking), *tls, std::move(request));
  if (!der) co_return der.error();
  auto certificate = net::certificate_der_to_pem(*der);
  if (!certificate) co_return certificate.error().within("/edge.crt");
  co_return net::Identity{std::move(*certificate), std::move(*key)};
}

Result<Credentials> saved(const std::filesystem::path& folder, const EnrolmentOptions& options,
                          Credentials fresh, WallTime now) {
  const auto problem = unusable_because(fresh, options.node_name, now);
  if (!problem.empty())
    return unavailable("BadCertificate", "the cloud signed a certificate of no use: " + problem);
  const auto written = save_credentials(folder, fresh);
  if (!written) return written.error();
  return fresh;
}

}  // namespace

asio::awaitable<Result<Credentials>> enrol(asio::any_io_executor executor, EnrolmentOptions options) {
  const std::string context = "joining at " + address_of(options.cert_server);
  const Asking asking{options.cert_server, options.patience,
                      "get a fresh join token with \"hearth-cloud token\""};
  const auto token = parse_join_token(options.token);
  if (!token) co_return token.error();
  auto ca = co_await fetch_ca(executor, asking, token->ca_hash);
  if (!ca) co_return ca.error().within(context);
  net::ClientTls verified{.ca_pem = *ca, .identity = std::nullopt};
  auto identity = co_await be_signed(executor, asking, std::move(verified), token->bearer, options.node_name);
  if (!identity) co_return identity.error().within(context);
  co_return Credentials{std::move(*ca), std::move(*identity)};
}

asio::awaitable<Result<Credentials>> renew(asio::any_io_executor executor, EnrolmentOptions options,
                                           Credentials present) {
  const std::string context = "renewing the certificate at " + address_of(options.cert_server);
  const Asking asking{options.cert_server, options.patience,
                      "join anew with a token that \"hearth-cloud token\" prints"};
  net::ClientTls trusted{.ca_pem = present.ca_pem, .identity = std::move(present.identity)};
  std::string no_token;
  auto identity =
      co_await be_signed(executor, asking, std::move(trusted), std::move(no_token), options.node_name);
  if (!identity) co_return identity.error().within(context);
  co_return Credentials{std::move(present.ca_pem), std::move(*identity)};
}

asio::awaitable<Result<Credentials>> obtain_credentials(asio::any_io_executor executor,
                                                        std::filesystem::path folder,
                                                        EnrolmentOptions options, WallTime now) {
  auto present = load_credentials(folder);
  if (!present) co_return present.error();
  const auto reason = why_to_enrol(*present, options, now);
  if (reason.empty()) co_return std::move(**present);
  if (*present && expired_only(**present, options.node_name, now)) {
    auto renewed = co_await renew(executor, options, std::move(**present));
    if (renewed) {
      spdlog::info("edgehub: {}; it is renewed", reason);
      co_return saved(folder, options, std::move(*renewed), now);
    }
    if (options.token.empty()) co_return std::move(renewed).error().within(reason);
  }
  if (options.token.empty()) {
    co_return invalid("NoToken", reason + " in " + folder.string() +
                                     "; give a join token, which \"hearth-cloud token\" prints");
  }
  auto fresh = co_await enrol(executor, options);
  if (!fresh) co_return fresh.error();
  auto kept = saved(folder, options, std::move(*fresh), now);
  if (!kept) co_return kept.error();
  spdlog::info("edgehub: {} joined at {}; certificates in {}", options.node_name,
               address_of(options.cert_server), folder.string());
  co_return kept;
}

}  // namespace hearth::edgehub
