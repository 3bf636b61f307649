// SPDX-License-Identifier: Apache-2.0
// The node's certificate over its life: taken from disk or got with the join token, renewed in time, counted.
// Thread: the executor's one thread; obtain() and renew() may overlap.   Errors: as in enrolment.hpp; what is on disk stays.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <filesystem>
#include <optional>
#include <random>
#include <string>

#include "host/hub/credentials.hpp"
#include "host/hub/enrolment.hpp"
#include "host/hub/renewal_plan.hpp"
#include "sdk/base/metrics.hpp"

namespace hearth::edgehub {

struct CertificateOptions {
  std::filesystem::path folder;
  std::string node_name;
  std::string token;
  std::filesystem::path token_file;  ///< instead of the token: read anew at each use
};

class CertificateKeeper {
 public:
  CertificateKeeper(boost::asio::any_io_executor executor, CertificateOptions options, Metrics& metrics);

  /// One that can be used now. Plans its renewal.
  boost::asio::awaitable<Result<Credentials>> obtain(net::Url cert_server);
  /// What a server that refused the last obtain() asked for; zero: nothing.
  std::chrono::seconds retry_after() const { return retry_after_; }

  /// Whether there is a certificate that is to be renewed by now.
  bool due(WallTime now) const { return plan_ && plan_->due(now); }
  /// Until it is due; empty while there is none.
  std::optional<RenewalPlan::Duration> wait(WallTime now) const;
  /// The fresh one, which is on disk then. After a failure due() comes later, ever more rarely.
  boost::asio::awaitable<Result<Credentials>> renew(net::Url cert_server);
  WallTime expires() const { return plan_->expires(); }
  /// Brings the gauge of the time left up to date.
  void show_expiry();

 private:
  EnrolmentOptions enrolment(net::Url cert_server) const;
  Error with_token_file(Error error) const;
  boost::asio::awaitable<Result<Credentials>> renew_present(net::Url cert_server);
  void plan(const Credentials& credentials);
  double random() { return std::uniform_real_distribution<double>(0, 1)(random_); }

  boost::asio::any_io_executor executor_;
  CertificateOptions options_;
  prometheus::Counter& renewals_;
  prometheus::Gauge& expires_;
  std::chrono::seconds retry_after_{0};
  std::optional<RenewalPlan> plan_;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace hearth::edgehub
