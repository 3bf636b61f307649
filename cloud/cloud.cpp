// SPDX-License-Identifier: Apache-2.0
#include "cloud/cloud.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <iostream>
#include <optional>
#include <thread>

#include "cloud/admission.hpp"
#include "cloud/converters.hpp"
#include "cloud/api/api_server.hpp"
#include "cloud/controller/device_controller.hpp"
#include "cloud/device_roles.hpp"
#include "cloud/eventdata/event_receiver.hpp"
#include "cloud/eventdata/event_stream.hpp"
#include "cloud/hub/cert_server.hpp"
#include "cloud/hub/cloud_hub.hpp"
#include "cloud/kube/kube_client.hpp"
#include "cloud/local_transport.hpp"
#include "cloud/pki.hpp"
#include "cloud/private_file.hpp"
#include "cloud/restore.hpp"
#include "cloud/restore_page.hpp"
#include "cloud/token_store.hpp"
#include "sdk/base/memory.hpp"
#include "sdk/base/rest.hpp"
#include "sdk/device/crd_documents.hpp"
#include "sdk/wire/resource.hpp"

namespace hearth::cloud {
namespace {

constexpr const char* kControllerOrganization = "system:hearth-controllers";

/// The host part of address:port as somebody else would dial it; a wildcard is this machine.
std::string dialled(const std::string& listen) {
  const auto parts = net::parse_host_port(listen);
  if (!parts || parts->host == "0.0.0.0" || parts->host == "::") return "127.0.0.1";
  return parts->host;
}

std::string url_host(const std::string& host) {
  return host.find(':') == host.npos ? host : "[" + host + "]";
}

/// Members in the order they are built; they go in the opposite one.
class Cloud {
 public:
  explicit Cloud(const CloudOptions& options) : options_(options) {}

  Result<void> run() {
    const auto started = start();
    if (!started) {
      stop();
      io_.poll();
      return started;
    }
    signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (!error) stop();
    });
    run_threads();
    return {};
  }

 private:
  Result<void> start() {
    auto pki = open_pki(options_.data_dir, server_names());
    if (!pki) return pki.error();
    pki_ = std::move(*pki);
    if (const auto der = net::certificate_pem_to_der(pki_.ca.certificate_pem))
      spdlog::info("cloud: its CA has sha256 {}", net::sha256_hex(*der));
    if (const auto ours = lock_data_dir(); !ours) return ours;
    auto shown = net::ServerIdentity::make(pki_.server);
    if (!shown) return shown.error();
    server_identity_ = std::move(*shown);
    auto access = find_access();
    if (!access) return access.error();
    build_controller(std::move(*access));
    if (const auto hub = start_hub(); !hub) return hub;
    if (const auto certificates = start_cert_server(); !certificates) return certificates;
    controller_->start();
    keep_certificates_fresh();
    give_back_at_rest();
    spdlog::info("cloud: hub on wss://{}, certificates on https://{}",
                 with_port(options_.hub_listen, hub_->port()),
                 with_port(options_.cert_listen, cert_server_->port()));
    return {};
  }

  /// Two clouds on one database would each overwrite what the other has stored.
  Result<void> lock_data_dir() {
    auto lock = FileLock::attempt(options_.data_dir / "cloud.lock");
    if (!lock && lock.error().code == "Locked") {
      return unavailable("InUse",
                         fmt::format("{} is in use by another hearth-cloud", options_.data_dir.string()));
    }
    if (!lock) return lock.error();
    lock_.emplace(std::move(*lock));
    return {};
  }

  Result<kube::Access> find_access() {
    if (options_.kubeconfig.empty()) return start_api();
    if (options_.kubeconfig == kInCluster) return kube::in_cluster_access();
    return kube::load_kubeconfig(options_.kubeconfig);
  }

  std::vector<std::string> server_names() const {
    auto names = own_names();
    names.insert(names.end(), options_.advertise.begin(), options_.advertise.end());
    for (const auto& listen : {options_.api_listen, options_.hub_listen, options_.cert_listen}) {
      names.push_back(dialled(listen));
    }
    return names;
  }

  static std::string with_port(const std::string& listen, std::uint16_t port) {
    return fmt::format("{}:{}", url_host(dialled(listen)), port);
  }

  /// The embedded API, and the controller's way to it within this process.
  Result<kube::Access> start_api() {
    const auto tls =
        net::make_server_tls(server_identity_, pki_.ca.certificate_pem, net::ClientCertificate::requested);
    if (!tls) return tls.error();
    api::ApiServerOptions api_options;
    api_options.listen = options_.api_listen;
    api_options.data_dir = options_.data_dir;
    for (const auto text : device::crd_documents())
      api_options.crd_documents.emplace_back(text);
    api_options.converters = device_converters();
    api_options.admission = device_admission();
    api_options.roles = device_roles();
    api_options.token_file = options_.token_file;
    api_options.audit.file = options_.audit_log;
    api_options.pages[eventdata::kEventDataPath] = [this](net::HttpRequest request,
                                                          net::ResponseWriter& writer) {
      return eventdata::serve_event_data(std::move(request), writer, event_ring_);
    };
    api_options.actions[kRestorePath] = [this](net::HttpRequest, net::ResponseWriter& writer) {
      // Nodes come back at once, and get and tell everything anew.
      std::function<void()> restored = [this] {
        if (hub_) hub_->disconnect_all("the cloud was restored from a backup");
      };
      return serve_restore(api_.get(), options_.data_dir, std::move(restored), &writer);
    };
    api_ =
        std::make_unique<api::ApiServer>(io_.get_executor(), std::move(api_options), *tls, metrics_, trace_);
    if (const auto started = api_->start(); !started) return started.error();

    const auto url = "https://" + with_port(options_.api_listen, api_->port());
    const auto kubeconfig = write_kubeconfig(options_.data_dir, pki_, url);
    if (!kubeconfig) return kubeconfig.error();
    std::cout << "kubectl --kubeconfig " << kubeconfig->string() << " get devices" << std::endl;
    kube::Access access;
    access.local = local_transport(*api_, kControllerOrganization);
    return access;
  }

  void build_controller(kube::Access access) {
    controller::NodeLink link;
    link.send = [this](const std::string& node, wire::HubMessage message) {
      hub_->send(node, std::move(message));
    };
    link.send_acked = [this](const std::string& node, wire::HubMessage message,
                             std::function<void(bool)> done) {
      hub_->send_acked(node, std::move(message), std::move(done));
    };
    controller_ =
        std::make_unique<controller::DeviceController>(io_.get_executor(), std::move(access), std::move(link),
                                                       controller::ControllerOptions{}, metrics_, trace_);
  }

  Result<void> start_hub() {
    const auto tls =
        net::make_server_tls(server_identity_, pki_.ca.certificate_pem, net::ClientCertificate::required);
    if (!tls) return tls.error();
    cloudhub::CloudHubOptions hub_options;
    hub_options.listen = options_.hub_listen;
    cloudhub::Callbacks callbacks;
    callbacks.connected = [this](std::string node, bool hearth_peer, std::string address) {
      event_receiver_.node_connected(node, hearth_peer);
      controller_->node_connected(std::move(node), hearth_peer, std::move(address));
    };
    callbacks.disconnected = [this](std::string node) { controller_->node_disconnected(std::move(node)); };
    callbacks.duplicate = [this](const std::string& node, const std::string& why) {
      spdlog::warn("cloud: node {}: {}", node, why);
      controller_->node_duplicate(node, why);
    };
    callbacks.messages = [this](std::string node, std::vector<wire::HubMessage> messages) {
      std::erase_if(messages,
                    [&](const wire::HubMessage& message) { return take_event_data(node, message); });
      for (const auto& message : messages)
        trace_arrival(node, message);
      if (!messages.empty()) controller_->node_messages(std::move(node), std::move(messages));
    };
    hub_ = std::make_unique<cloudhub::CloudHub>(io_.get_executor(), std::move(hub_options), *tls,
                                                std::move(callbacks), metrics_);
    return hub_->start();
  }

  /// Confirmed as soon as it is in the ring: a tail is all that is kept of it.
  bool take_event_data(const std::string& node, const wire::HubMessage& message) {
    auto outcome = event_receiver_.take(node, message);
    if (outcome.answer) hub_->send(node, std::move(*outcome.answer));
    return outcome.taken;
  }

  /// Step 6 of the report path ends here.
  void trace_arrival(const std::string& node, const wire::HubMessage& message) {
    const auto resource = wire::parse_resource(message.route.resource);
    if (resource.kind != wire::ResourceKind::twin_edge_updated) return;
    if (!message.content.is_object()) return;
    const auto event = message.content.find("event_id");
    if (event == message.content.end() || !event->is_string()) return;
    trace_.add(6, resource.id, event->get<std::string>(), "arrived at CloudHub from node " + node);
  }

  Result<void> start_cert_server() {
    const auto tls = net::make_server_tls(server_identity_, pki_.ca.certificate_pem,
                                          net::ClientCertificate::requested_even_expired);
    if (!tls) return tls.error();
    cloudhub::CertServerOptions cert_options;
    cert_options.listen = options_.cert_listen;
    cert_options.certificate_lifetime = options_.node_certificate_lifetime;
    cert_options.renewal_grace = options_.renewal_grace;
    cert_options.node_exists = [this](const std::string& node) {
      const auto nodes = hub_->nodes();
      return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
    };
    cert_server_ = std::make_unique<cloudhub::CertServer>(io_.get_executor(), std::move(cert_options),
                                                          pki_.ca, *tls, metrics_);
    return cert_server_->start();
  }

  /// Those that come near their end are made anew while the cloud runs; connections made from then on get them.
  void keep_certificates_fresh() {
    certificate_timer_.expires_after(std::chrono::hours(24));
    certificate_timer_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      if (const auto renewed = renew_certificates(); !renewed)
        spdlog::error("cloud: its certificates cannot be renewed: {}", renewed.error().text);
      keep_certificates_fresh();
    });
  }

  /// What starting, a storm or a long list has taken is used hardly again.
  void give_back_at_rest() {
    rest_timer_.expires_after(Rest::kEvery);
    rest_timer_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      if (rest_.comes(processor_time())) give_back_memory();
      give_back_at_rest();
    });
  }

  Result<void> renew_certificates() {
    const auto pki = open_pki(options_.data_dir, server_names());
    if (!pki) return pki.error();
    if (const auto replaced = server_identity_->replace(pki->server); !replaced) return replaced;
    if (!api_) return {};
    const auto url = "https://" + with_port(options_.api_listen, api_->port());
    const auto kubeconfig = write_kubeconfig(options_.data_dir, *pki, url);
    return kubeconfig ? Result<void>() : Result<void>(kubeconfig.error());
  }

  void run_threads() {
    const auto count = std::max(2U, std::thread::hardware_concurrency());
    std::vector<std::jthread> threads;
    for (unsigned i = 1; i < count; ++i)
      threads.emplace_back([this] { run_handlers(); });
    run_handlers();
  }

  /// A handler that throws is a mistake of ours; it costs what it was about, not the process.
  void run_handlers() {
    while (!io_.stopped()) {
      try {
        io_.run();
      } catch (const std::exception& escaped) {
        spdlog::error("cloud: a handler ended by an exception: {}", escaped.what());
      }
    }
  }

  void stop() {
    spdlog::info("cloud: stopping");
    signals_.cancel();
    certificate_timer_.cancel();
    rest_timer_.cancel();
    if (hub_) hub_->stop();
    if (cert_server_) cert_server_->stop();
    if (controller_) controller_->stop();
    if (api_) api_->stop();
  }

  const CloudOptions& options_;
  std::optional<FileLock> lock_;
  Metrics metrics_;
  Trace trace_;
  eventdata::EventRing event_ring_{metrics_, {}, std::chrono::system_clock::now()};
  eventdata::EventReceiver event_receiver_{event_ring_};
  Pki pki_;
  std::shared_ptr<net::ServerIdentity> server_identity_;
  boost::asio::io_context io_;
  boost::asio::steady_timer certificate_timer_{io_};
  boost::asio::steady_timer rest_timer_{io_};
  Rest rest_{processor_time()};
  boost::asio::signal_set signals_{io_, SIGINT, SIGTERM};
  std::unique_ptr<api::ApiServer> api_;
  std::unique_ptr<controller::DeviceController> controller_;
  std::unique_ptr<cloudhub::CloudHub> hub_;
  std::unique_ptr<cloudhub::CertServer> cert_server_;
};

}  // namespace

Result<void> run(const CloudOptions& options) {
  return Cloud(options).run();
}

Result<void> print_token(const CloudOptions& options) {
  const auto ca = open_ca(options.data_dir);
  if (!ca) return ca.error();
  const auto token =
      current_token(options.data_dir, *ca, options.token_lifetime, std::chrono::system_clock::now());
  if (!token) return token.error();
  std::cout << *token << std::endl;
  return {};
}

}  // namespace hearth::cloud
