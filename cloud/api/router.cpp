// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/router.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "cloud/api/authenticate.hpp"
#include "cloud/api/authorize.hpp"
#include "cloud/api/body.hpp"
#include "cloud/api/compression.hpp"
#include "cloud/api/discovery.hpp"
#include "cloud/api/media.hpp"
#include "cloud/api/watch_seat.hpp"
#include "sdk/base/ids.hpp"
#include "sdk/net/trace_stream.hpp"

namespace hearth::api {

namespace asio = boost::asio;

namespace {

/// Paths such as /api/v1/namespaces/x name the namespace object itself, not what is in it.
bool fits(const ResourceType& type, const ResourcePath& path) {
  const bool scope_fits = type.namespaced ? path.name.empty() || !path.ns.empty() : path.ns.empty();
  return scope_fits && (path.subresource.empty() || !path.name.empty());
}

constexpr const char* kComplete = "ResponseComplete";

bool known_subresource(const TypeVersion& version, const std::string& subresource) {
  const auto& others = version.subresources;
  return subresource.empty() || (subresource == "status" && version.has_status) ||
         std::any_of(others.begin(), others.end(),
                     [&](const Subresource& other) { return other.name == subresource; });
}

/// A subresource has verbs of its own.
bool allows(const Call& call, std::string_view verb) {
  const auto& below = call.path.subresource;
  if (verb.empty()) return false;
  if (below.empty()) return call.type->allows(verb);
  if (below == "status") return verb == "get" || verb == "update" || verb == "patch";
  return std::any_of(call.version->subresources.begin(), call.version->subresources.end(),
                     [&](const Subresource& other) {
                       return other.name == below &&
                              std::find(other.verbs.begin(), other.verbs.end(), verb) != other.verbs.end();
                     });
}

}  // namespace

Router::Router(Services services, const FairQueueOptions& fairness, Metrics& metrics, const Trace& trace)
    : services_(std::move(services)),
      metrics_(metrics),
      pace_(metrics.gauge("hearth_api_watches", "Watches open now")),
      trace_(trace),
      gate_(std::make_unique<FairGate>(fairness, metrics)) {}

Answer<std::shared_ptr<Call>> Router::make_call(net::HttpRequest request) const {
  auto target = parse_target(request.target);
  if (!target) return target.error();
  auto call = std::make_shared<Call>();
  call->received = services_.clock();
  auto user = authenticate(request, services_.access, call->received);
  if (!user) return user.error();
  call->user = std::move(*user);
  call->request = std::move(request);
  call->target = std::move(*target);
  call->kinds = services_.kinds.now();
  if (!parse_resource_path(call->target.segments, call->path)) return call;
  const auto* type = call->kinds->find(call->path.group, call->path.plural);
  const auto* version = type == nullptr ? nullptr : type->version(call->path.version);
  if (version == nullptr || !fits(*type, call->path)) return call;
  if (!known_subresource(*version, call->path.subresource)) return call;
  call->type = type;
  call->version = version;
  return call;
}

Answer<Response> Router::serve_page(const Call& call) const {
  const auto& path = call.target.path;
  if (path == "/healthz" || path == "/livez" || path == "/readyz") return text_response(200, "ok");
  if (call.request.method == "GET" || call.request.method == "HEAD") return find_page(call);
  const auto page = find_page(call);
  return page ? method_not_allowed() : page.error();
}

Answer<Response> Router::find_page(const Call& call) const {
  const auto& path = call.target.path;
  if (path == "/metrics") return text_response(200, metrics_.text());
  if (auto page = openapi_.get(call.kinds, call.request, call.target)) return std::move(*page);
  const auto media = choose_media(call.request.headers.get("Accept"), {Form::discovery});
  if (!media) return media.error();
  if (auto page = discover(*call.kinds, call.target, *media)) return std::move(*page);
  return path_not_found();
}

Reply Router::serve_object(CallPtr call, std::string_view verb) const {
  if (!call->type->stored) return answer_review(&services_, std::move(call));
  if (call->path.subresource == "scale") return serve_scale(&services_, std::move(call));
  if (call->path.subresource == "token") return create_token(&services_, std::move(call));
  if (verb == "get") return get_object(&services_, std::move(call));
  if (verb == "list") return list_objects(&services_, std::move(call));
  if (verb == "create") return create_objects(&services_, std::move(call));
  if (verb == "update") return replace_object(&services_, std::move(call));
  if (verb == "patch") return patch_object(&services_, std::move(call));
  return delete_objects(&services_, std::move(call));
}

asio::awaitable<Answer<Response>> Router::answer(CallPtr call, std::string_view verb) const {
  if (call->type == nullptr) co_return serve_page(*call);
  const bool needs_name = verb == "update" || verb == "patch";
  if (needs_name && call->path.name.empty() && !call->type->builtin)
    co_return bad_request("name must be provided");
  if (needs_name && call->path.name.empty()) co_return method_not_allowed();
  if (!allows(*call, verb)) co_return method_not_allowed();
  if (verb == "create" && call->type->namespaced && call->path.ns.empty()) {
    co_return bad_request("the namespace of the object must be in the path of the request");
  }
  if (call->request.body.size() > kMaxBody) co_return too_large(kMaxBody);
  auto reply = serve_object(std::move(call), verb);
  auto answered = co_await std::move(reply);
  co_return answered;
}

/// `verb` is one of verb_of()'s, "page" for what is no resource, or empty for what was not understood: few counters.
void Router::count(const CallPtr& call, std::string_view verb, int status) const {
  if (call != nullptr && call->type == nullptr) verb = "page";
  metrics_
      .counter("hearth_api_requests_total", "Requests answered, watches apart",
               {{"verb", std::string(verb)}, {"code", std::to_string(status)}})
      .Increment();
}

/// Whatever happens there is an answer.
asio::awaitable<Response> Router::guarded_answer(CallPtr call, std::string_view verb) const {
  Response response;
  try {
    auto answered = co_await answer(call, verb);
    response = answered ? std::move(*answered) : status_response(answered.error());
  } catch (const std::exception& error) {
    spdlog::error("api: {} {} failed: {}", call->request.method, call->target.path, error.what());
    response = status_response(internal_status(error.what()));
  }
  if (call->version != nullptr && !call->version->deprecation.empty())
    add_warning(response.headers, call->version->deprecation);
  count(call, verb, response.status);
  co_return response;
}

const net::HttpHandler* Router::page_of(const Call& call) const {
  if (call.type != nullptr) return nullptr;
  const auto page = pages_.find(call.request.method + " " + call.target.path);
  return page == pages_.end() ? nullptr : &page->second;
}

/// Refused before it is let in: who may nothing waits for nobody, and takes nobody's seat.
asio::awaitable<void> Router::dispatch(CallPtr call, net::ResponseWriter* writer) const {
  const auto verb = verb_of(*call);
  if (auto refusal = refuse(*call, verb, services_.access)) {
    auto response = status_response(*refusal);
    count(call, verb, response.status);
    FairGate::Place none;
    co_await conclude(call, std::move(response), writer, std::move(none));
    co_return;
  }
  const auto* page = page_of(*call);
  if (page != nullptr || call->target.path == "/trace") {
    co_await serve_stream(call, page, writer);
    co_return;
  }
  const auto width = width_of(*call, verb);
  auto place = gate_->try_enter(flow_of(*call), width);
  if (!place.admitted()) {
    auto flow = flow_of(*call);
    place = co_await gate_->wait(std::move(flow), width, writer);
  }
  if (place.admitted() && call->type != nullptr && verb == "watch") {
    co_await stream(call, writer, std::move(place));
    co_return;
  }
  Response response;
  if (place.admitted()) {
    response = co_await guarded_answer(call, verb);
  } else {
    response = status_response(too_many_requests());
    count(call, verb, response.status);
  }
  co_await conclude(call, std::move(response), writer, std::move(place));
}

/// The place is given back before the answer goes out: how fast the client reads is no concern of the others.
asio::awaitable<void> Router::conclude(CallPtr call, Response response, net::ResponseWriter* writer,
                                       FairGate::Place place) const {
  if (auto id = note(*call, verb_of(*call), response.status, kComplete); !id.empty())
    response.headers.add("Audit-Id", std::move(id));
  auto plain = to_http(std::move(response));
  std::string accepted(call->request.headers.get("Accept-Encoding"));
  auto http = co_await compressed(std::move(plain), std::move(accepted));
  place.leave();
  co_await writer->send(std::move(http));
}

/// What answers by itself, for as long as it likes: it has no seat.
asio::awaitable<void> Router::serve_stream(CallPtr call, const net::HttpHandler* page,
                                           net::ResponseWriter* writer) const {
  auto request = call->request;
  if (page == nullptr) {
    co_await net::serve_trace(std::move(request), *writer, trace_);
  } else {
    co_await (*page)(std::move(request), *writer);
  }
  note(*call, verb_of(*call), 200, kComplete);
}

asio::awaitable<void> Router::stream(CallPtr call, net::ResponseWriter* writer, FairGate::Place place) const {
  note(*call, "watch", 200, "ResponseStarted");
  const OpenWatch open(pace_);
  WatchSeat seat(writer, std::move(place));
  co_await watch_objects(&services_, call, &seat, &pace_);
  note(*call, "watch", 200, kComplete);
}

std::string Router::note(const Call& call, std::string_view verb, int status, const char* stage) const {
  if (services_.audit == nullptr) return {};
  access::AuditEntry entry;
  entry.id = new_uuid();
  entry.stage = stage;
  entry.user = call.user;
  entry.attempt = attempt_of(call, verb);
  entry.api_version = call.path.version;
  entry.uri = call.request.target;
  entry.address = call.request.remote;
  entry.agent = call.request.headers.get("User-Agent");
  entry.code = status;
  entry.received = call.received;
  entry.done = services_.clock();
  auto id = entry.id;
  services_.audit->write(std::move(entry));
  return id;
}

/// Of a request that got no further than its own first lines.
void Router::note_unknown(const net::HttpRequest& request, int status) const {
  Call call;
  call.request.method = request.method;
  call.request.target = request.target;
  call.request.remote = request.remote;
  call.request.headers = request.headers;
  call.target.path = request.target;
  call.received = services_.clock();
  note(call, "", status, kComplete);
}

asio::awaitable<void> Router::serve(net::HttpRequest request, net::ResponseWriter& writer) const {
  return respond(std::move(request), &writer, false);
}

asio::awaitable<void> Router::serve_locally(net::HttpRequest request, net::ResponseWriter& writer) const {
  return respond(std::move(request), &writer, true);
}

asio::awaitable<void> Router::respond(net::HttpRequest request, net::ResponseWriter* writer,
                                      bool local) const {
  auto seen = services_.audit == nullptr ? net::HttpRequest() : request;
  auto call = make_call(std::move(request));
  if (call) {
    (*call)->local = local;
    co_await dispatch(std::move(*call), writer);
    co_return;
  }
  count(nullptr, "", call.error().code());
  if (services_.audit != nullptr) note_unknown(seen, call.error().code());
  auto http = to_http(status_response(call.error()));
  co_await writer->send(std::move(http));
}

asio::awaitable<Response> Router::call(net::HttpRequest request,
                                       std::shared_ptr<nlohmann::json> document) const {
  auto made = make_call(std::move(request));
  if (!made) co_return status_response(made.error());
  (*made)->document = std::move(document);
  CallPtr call = std::move(*made);
  const auto verb = verb_of(*call);
  if (auto refusal = refuse(*call, verb, services_.access)) co_return status_response(*refusal);
  auto response = co_await guarded_answer(std::move(call), verb);
  co_return response;
}

Answer<CallPtr> Router::make_local_call(net::HttpRequest request, std::string_view wanted) const {
  auto made = make_call(std::move(request));
  if (!made) return made.error();
  CallPtr call = std::move(*made);
  const auto verb = verb_of(*call);
  if (auto refusal = refuse(*call, verb, services_.access)) return *refusal;
  if (call->type == nullptr || verb != wanted) return path_not_found();
  return call;
}

asio::awaitable<Answer<Snapshot>> Router::list(net::HttpRequest request) const {
  auto call = make_local_call(std::move(request), "list");
  if (!call) co_return call.error();
  auto snapshot = co_await list_locally(&services_, std::move(*call));
  co_return snapshot;
}

asio::awaitable<Answer<void>> Router::watch(net::HttpRequest request, std::shared_ptr<WatchQueue> queue,
                                            OnEvent on_event) const {
  auto call = make_local_call(std::move(request), "watch");
  if (!call) co_return call.error();
  const OpenWatch open(pace_);
  auto ended = co_await watch_locally(&services_, std::move(*call), std::move(queue), std::move(on_event));
  co_return ended;
}

}  // namespace hearth::api
