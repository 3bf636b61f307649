// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/api_server.hpp"

#include <spdlog/spdlog.h>

#include "cloud/api/body.hpp"
#include "cloud/api/builtin_rules.hpp"
#include "cloud/api/default_objects.hpp"
#include "cloud/api/definition_files.hpp"
#include "cloud/api/garbage_collector.hpp"
#include "cloud/api/kinds/definition.hpp"
#include "cloud/api/kinds_keeper.hpp"
#include "cloud/api/lifecycle.hpp"
#include "cloud/api/response.hpp"
#include "cloud/api/router.hpp"
#include "cloud/api/store/object_store.hpp"
#include "sdk/net/http_server.hpp"

namespace hearth::api {

namespace {

/// Requests a little over the limit still reach the handler, which can answer with a Status.
constexpr std::size_t kReadLimit = kMaxBody + 1024 * 1024;

Result<void> as_result(const Answer<ObjectPtr>& answer) {
  if (answer) return {};
  return internal_error(answer.error().message());
}

}  // namespace

/// What requests need; a request under way keeps it alive.
struct Serving {
  ServedKinds kinds;
  std::map<std::string, Admission> admission;
  EventRetention retention;
  AccessControl access;
  std::unique_ptr<access::AuditLog> audit;
  ObjectStore store;
  std::unique_ptr<KindsKeeper> keeper;
  std::unique_ptr<GarbageCollector> collector;
  std::unique_ptr<Router> router;

  Serving(boost::asio::any_io_executor executor, const std::filesystem::path& file,
          std::shared_ptr<access::TokenFile> static_tokens)
      : kinds(Registry::builtin()),
        access(std::move(static_tokens)),
        store(std::move(executor), file) {}
};

namespace {

class LocalClient final : public LocalApi {
 public:
  LocalClient(std::shared_ptr<Serving> serving, boost::asio::any_io_executor executor,
              const std::string& organization)
      : serving_(std::move(serving)), executor_(std::move(executor)) {
    peer_.subject = {organization, {organization}};
  }

  boost::asio::awaitable<Reply> call(Request request) override {
    auto http = signed_request(std::move(request.method), std::move(request.target));
    http.headers.add("Content-Type", std::move(request.content_type));
    auto response = co_await serving_->router->call(std::move(http), std::move(request.body));
    co_return as_reply(std::move(response));
  }

  boost::asio::awaitable<List> list(std::string target) override {
    auto http = signed_request("GET", std::move(target));
    auto snapshot = co_await serving_->router->list(std::move(http));
    List list;
    if (snapshot) {
      list.items = std::move(snapshot->objects);
      list.resource_version = std::to_string(snapshot->version);
    } else {
      list.refusal = refusal(snapshot.error());
    }
    co_return list;
  }

  boost::asio::awaitable<std::optional<Reply>> watch(std::string target, OnEvent on_event) override {
    auto queue = std::make_shared<WatchQueue>(executor_);
    queue_ = queue;
    auto http = signed_request("GET", std::move(target));
    auto ended = co_await serving_->router->watch(std::move(http), std::move(queue), std::move(on_event));
    if (ended) co_return std::nullopt;
    co_return refusal(ended.error());
  }

  boost::asio::awaitable<void> serve(net::HttpRequest request, net::ResponseWriter& writer) override {
    request.peer = peer_;
    co_await serving_->router->serve_locally(std::move(request), writer);
  }

  void close() override {
    if (const auto queue = queue_.lock()) queue->close();
  }

 private:
  static Reply as_reply(Response response) {
    if (!response.document && response.headers.get("Content-Type") == "application/json")
      response.document = Object::read(std::move(response.text));
    return {response.status, std::move(response.document)};
  }
  static Reply refusal(const Status& status) { return as_reply(status_response(status)); }

  net::HttpRequest signed_request(std::string method, std::string target) const {
    net::HttpRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.headers.add("User-Agent", "hearth-cloud");
    request.peer = peer_;
    return request;
  }

  std::shared_ptr<Serving> serving_;
  boost::asio::any_io_executor executor_;
  net::CertificateInfo peer_;
  std::weak_ptr<WatchQueue> queue_;
};

}  // namespace

class ApiServer::Impl {
 public:
  Impl(boost::asio::any_io_executor executor, ApiServerOptions options, net::TlsContext tls, Metrics& metrics,
       Trace& trace, Clock clock)
      : executor_(std::move(executor)),
        options_(std::move(options)),
        tls_(std::move(tls)),
        metrics_(metrics),
        trace_(trace),
        clock_(std::move(clock)) {}

  Result<void> start();
  std::uint16_t port() const { return server_ == nullptr ? 0 : server_->port(); }
  void stop() {
    if (server_ != nullptr) server_->stop();
  }
  boost::asio::awaitable<Result<Restored>> restore(StoredState wanted, Keep keep);
  std::shared_ptr<LocalApi> local(boost::asio::any_io_executor executor,
                                  const std::string& organization) const {
    return std::make_shared<LocalClient>(serving_, std::move(executor), organization);
  }

 private:
  Result<void> open_store(Serving& serving, const std::vector<nlohmann::json>& definitions);
  Result<std::shared_ptr<access::TokenFile>> static_tokens() const;
  Work healing(std::shared_ptr<Serving> serving) const;
  Result<void> listen();

  boost::asio::any_io_executor executor_;
  ApiServerOptions options_;
  net::TlsContext tls_;
  Metrics& metrics_;
  Trace& trace_;
  Clock clock_;
  std::shared_ptr<Serving> serving_;
  std::unique_ptr<net::HttpServer> server_;
};

Result<void> ApiServer::Impl::start() {
  auto definitions = parse_definitions(options_.crd_documents);
  if (!definitions) return definitions.error();
  auto tokens = static_tokens();
  if (!tokens) return tokens.error();
  serving_ = std::make_shared<Serving>(executor_, options_.data_dir / "api.db", std::move(*tokens));
  serving_->admission = options_.admission;
  if (!options_.audit.file.empty()) {
    serving_->audit = std::make_unique<access::AuditLog>(options_.audit, metrics_);
    if (auto opened = serving_->audit->open(); !opened) return opened;
  }
  if (auto opened = open_store(*serving_, *definitions); !opened) return opened;
  const Services services{serving_->store, serving_->kinds, serving_->admission, serving_->retention,
                          serving_->access, serving_->audit.get(), clock_};
  serving_->router = std::make_unique<Router>(services, options_.fairness, metrics_, trace_);
  for (const auto& [path, page] : options_.pages)
    serving_->router->add_page(path, page);
  for (const auto& [path, action] : options_.actions)
    serving_->router->add_action(path, action);
  serving_->collector->start(serving_);
  return listen();
}

Result<void> ApiServer::Impl::open_store(Serving& serving, const std::vector<nlohmann::json>& definitions) {
  if (auto opened = serving.store.open(); !opened) return opened;
  const auto now = clock_();
  const auto kinds = serving.kinds.now();
  auto namespaces = serving.store.write_at_start(
      [&](Transaction& transaction) { return make_first_namespaces(transaction, kinds, now); });
  if (!namespaces) return as_result(namespaces);
  std::vector<ObjectPtr> stored;
  auto defined = serving.store.write_at_start([&](Transaction& transaction) {
    auto answer = store_definitions(transaction, kinds, definitions, now);
    stored = transaction.list(kDefinitions, "");
    return answer;
  });
  if (!defined) return as_result(defined);
  serving.keeper = std::make_unique<KindsKeeper>(serving.kinds, serving.store, options_.converters);
  serving.keeper->load(stored);
  auto& depth = metrics_.gauge("hearth_api_changes_kept", "Past changes that lists and watches can go back to");
  auto& bytes = metrics_.gauge("hearth_api_changes_kept_bytes", "Memory that these alone hold");
  serving.store.on_commit([kept = std::weak_ptr(serving_), &depth, &bytes](const auto& changes) {
    const auto alive = kept.lock();
    if (!alive) return;
    depth.Set(static_cast<double>(alive->store.window().size()));
    bytes.Set(static_cast<double>(alive->store.window().bytes()));
    alive->keeper->follow(changes);
    alive->access.follow(changes);
    alive->collector->follow(changes, alive);
  });
  if (auto healed = serving.store.write_at_start(healing(serving_)); !healed) return as_result(healed);
  serving.collector = std::make_unique<GarbageCollector>(executor_, serving.store, serving.kinds, clock_);
  auto loaded = serving.store.write_at_start([&](Transaction& transaction) -> Answer<ObjectPtr> {
    serving.collector->load(transaction.all());
    return ObjectPtr();
  });
  return as_result(loaded);
}

Result<std::shared_ptr<access::TokenFile>> ApiServer::Impl::static_tokens() const {
  if (options_.token_file.empty()) return std::shared_ptr<access::TokenFile>();
  auto tokens = std::make_shared<access::TokenFile>(options_.token_file);
  if (auto loaded = tokens->load(); !loaded) return loaded.error();
  return tokens;
}

/// What must be there for users to be known and to be allowed something.
Work ApiServer::Impl::healing(std::shared_ptr<Serving> serving) const {
  return [serving, roles = options_.roles, now = clock_()](Transaction& transaction) -> Answer<ObjectPtr> {
    const auto kinds = serving->kinds.now();
    if (auto made = heal_default_roles(transaction, kinds, roles, now); !made) return made;
    auto healed = heal_builtin(transaction, kinds, now);
    serving->access.load(transaction);
    return healed;
  };
}

/// The kinds come with their definitions, before what is of those kinds can be healed: two writes, as at the start.
boost::asio::awaitable<Result<Restored>> ApiServer::Impl::restore(StoredState wanted, Keep keep) {
  auto definitions = parse_definitions(options_.crd_documents);
  if (!definitions) co_return definitions.error();
  auto restored = std::make_shared<Restored>();
  const auto state = std::make_shared<const StoredState>(std::move(wanted));
  Work work = [=, serving = serving_, given = std::move(*definitions),
               now = clock_()](Transaction& transaction) -> Answer<ObjectPtr> {
    const auto kinds = serving->kinds.now();
    *restored = restore_state(transaction, *state);
    if (auto made = make_first_namespaces(transaction, kinds, now); !made) return made;
    return store_definitions(transaction, kinds, given, now);
  };
  auto done = co_await serving_->store.write_keeping(std::move(work), std::move(keep));
  if (!done) co_return internal_error(done.error().message());
  auto heal = healing(serving_);
  auto healed = co_await serving_->store.write(std::move(heal), false);
  if (!healed) co_return internal_error(healed.error().message());
  co_return *restored;
}

Result<void> ApiServer::Impl::listen() {
  net::HttpServerOptions http;
  http.listen = options_.listen;
  http.tls = tls_;
  http.max_body = kReadLimit;
  http.max_connections = options_.max_connections;
  http.max_connections_per_address = options_.max_connections_per_address;
  http.name = "api";
  // A coroutine of a lambda would lose the captures with the handler; here the state is a parameter.
  struct ServeWith {
    std::shared_ptr<Serving> serving;
    boost::asio::awaitable<void> operator()(net::HttpRequest request, net::ResponseWriter& writer) const {
      return run(serving, std::move(request), &writer);
    }
    static boost::asio::awaitable<void> run(std::shared_ptr<Serving> kept, net::HttpRequest request,
                                            net::ResponseWriter* writer) {
      co_await kept->router->serve(std::move(request), *writer);
    }
  };
  server_ = std::make_unique<net::HttpServer>(executor_, std::move(http), ServeWith{serving_});
  auto started = server_->start();
  if (!started) return std::move(started).error().within("the Kubernetes API");
  spdlog::info("api: serving the Kubernetes API on {}, port {}", options_.listen, server_->port());
  return {};
}

ApiServer::ApiServer(boost::asio::any_io_executor executor, ApiServerOptions options, net::TlsContext tls,
                     Metrics& metrics, Trace& trace, Clock clock)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(options), std::move(tls), metrics, trace,
                                   std::move(clock))) {}
ApiServer::~ApiServer() {
  impl_->stop();
}

Result<void> ApiServer::start() {
  return impl_->start();
}
boost::asio::awaitable<Result<Restored>> ApiServer::restore(StoredState wanted, Keep keep) {
  const auto impl = impl_;
  auto restored = co_await impl->restore(std::move(wanted), std::move(keep));
  co_return restored;
}
std::uint16_t ApiServer::port() const {
  return impl_->port();
}
void ApiServer::stop() {
  impl_->stop();
}
std::shared_ptr<LocalApi> ApiServer::local(boost::asio::any_io_executor executor,
                                           const std::string& organization) const {
  return impl_->local(std::move(executor), organization);
}

}  // namespace hearth::api
