// SPDX-License-Identifier: Apache-2.0
#include "host/eventbus/broker_problems.hpp"

#include <mosquitto.h>

#include <cstring>
#include <fstream>
#include <iterator>

namespace hearth::eventbus {
namespace {

/// The last part of "OpenSSL Error[0]: error:0A000086:SSL routines::certificate verify failed".
std::string openssl_reason(const std::string& line) {
  const auto colon = line.rfind(':');
  return colon == std::string::npos ? line : line.substr(colon + 1);
}

std::string tls_problem(const std::string& last_error) {
  const auto reason = openssl_reason(last_error);
  if (reason == "certificate verify failed") {
    return "TLS: its certificate is not accepted; brokerCa must be the CA that signed it, and it must name "
           "the host "
           "that `broker` names";
  }
  return reason.empty() ? "TLS: the handshake failed" : "TLS: " + reason;
}

Result<void> check_pem(const std::string& setting, const std::string& file) {
  if (file.empty()) return {};
  std::ifstream in(file);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in.is_open()) return unavailable("BadBrokerTls", setting + " " + file + ": " + std::strerror(errno));
  if (text.find("-----BEGIN ") != std::string::npos) return {};
  return invalid("BadBrokerTls", setting + " " + file + ": expected a PEM file");
}

}  // namespace

std::string connack_problem(int code) {
  switch (code) {
    case 1:
      return "it does not speak MQTT 3.1.1";
    case 2:
      return "it refuses the client id";
    case 3:
      return "it is not ready";
    case 4:
      return "wrong user name or password";
    case 5:
      return "not authorised";
    default:
      return "it refuses the connection with code " + std::to_string(code);
  }
}

std::string link_problem(int code, int cause, const std::string& last_error) {
  switch (code) {
    case MOSQ_ERR_SUCCESS:
    case MOSQ_ERR_CONN_LOST:
      return "the connection broke";
    case MOSQ_ERR_TLS:
    case MOSQ_ERR_TLS_HANDSHAKE:
      return tls_problem(last_error);
    case MOSQ_ERR_KEEPALIVE:
      return "it does not answer any more";
    case MOSQ_ERR_ERRNO:
      return std::strerror(cause);
    default:
      return mosquitto_strerror(code);
  }
}

Result<void> check_tls_files(const BrokerTls& tls) {
  if (tls.cert.empty() != tls.key.empty())
    return invalid("BadBrokerTls", "brokerCert and brokerKey belong together; one of them is missing");
  if (const auto ca = check_pem("brokerCa", tls.ca); !ca) return ca.error();
  if (const auto cert = check_pem("brokerCert", tls.cert); !cert) return cert.error();
  return check_pem("brokerKey", tls.key);
}

}  // namespace hearth::eventbus
