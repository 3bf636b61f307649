// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <ostream>

#include "cloud/ctl/commands.hpp"
#include "cloud/ctl/printing.hpp"
#include "cloud/ctl/targets.hpp"
#include "cloud/kube/json_access.hpp"
#include "cloud/kube/status.hpp"

namespace hearth::ctl {
namespace {

namespace asio = boost::asio;
using kube::array_at;
using kube::object_at;
using kube::string_at;
using nlohmann::json;

constexpr const char* kTableAccept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
/// Servers send a bookmark about once a minute; a watch that says nothing for longer is begun anew.
constexpr std::chrono::seconds kWatchIdle{150};

/// What one invocation is about, from the options and discovery.
struct Query {
  Kind kind;
  GetOptions options;
  std::vector<std::string> names;
  std::string ns;  ///< empty: all
};

bool as_table(Output output) {
  return output == Output::table || output == Output::wide;
}

std::string collection_path(const Query& query) {
  auto path = query.kind.path(query.ns);
  if (!query.options.selector.empty())
    path = kube::with_query(std::move(path), "labelSelector", query.options.selector);
  if (query.options.watch && query.names.size() == 1) {
    path = kube::with_query(std::move(path), "fieldSelector", "metadata.name=" + query.names.front());
  }
  return path;
}

net::HttpRequest request_for(const Query& query, std::string path) {
  net::HttpRequest request;
  request.target = std::move(path);
  request.headers.add("Accept", as_table(query.options.output) ? kTableAccept : "application/json");
  return request;
}

asio::awaitable<Result<json>> fetch(SessionPtr session, net::HttpRequest request) {
  const auto response = co_await session->client.raw(std::move(request));
  if (!response) co_return response.error();
  if (response->status != 200) co_return kube::status_error(response->status, response->body);
  co_return kube::parse_json(response->body);
}

/// Prints objects, lists and tables in the form asked for.
class Printer {
 public:
  Printer(SessionPtr session, const Query& query)
      : session_(std::move(session)),
        query_(query),
        table_({query.options.output == Output::wide, query.kind.namespaced && query.ns.empty()}) {}

  Result<void> print(const json& document) {
    if (as_table(query_.options.output)) return print_table(document);
    const bool is_list = document.contains("items");
    if (is_list && query_.options.output == Output::name) {
      for (const auto& item : array_at(document, "items"))
        print_object(item);
    } else {
      print_object(is_list ? tidied_list(document) : document);
    }
    return {};
  }

 private:
  Result<void> print_table(const json& document) {
    if (string_at(document, "kind") != "Table") {
      return unavailable("NoTable", "the server gave no table; -o name, yaml and json work without");
    }
    session_->out << table_.print(document) << std::flush;
    return {};
  }

  void print_object(const json& object) {
    auto& out = session_->out;
    if (query_.options.output == Output::name) {
      out << fmt::format("{}/{}\n", query_.kind.printed(), kube::name_of(object));
    } else if (query_.options.output == Output::json) {
      out << to_pretty_json(without_managed_fields(object));
    } else {
      if (std::exchange(separated_, true)) out << "---\n";
      out << to_yaml(without_managed_fields(object));
    }
    out << std::flush;
  }

  static json tidied_list(json list) {
    if (array_at(list, "items").empty()) return list;
    for (auto& item : list["items"])
      item = without_managed_fields(std::move(item));
    return list;
  }

  SessionPtr session_;
  const Query& query_;
  TablePrinter table_;
  bool separated_ = false;
};

Result<void> print_answer(Printer& printer, const Result<json>& answer) {
  if (!answer) return answer.error();
  return printer.print(*answer);
}

asio::awaitable<int> get_by_name(SessionPtr session, const Query* query, Printer* printer) {
  int status = kExitOk;
  for (const auto& name : query->names) {
    auto request = request_for(*query, query->kind.path(query->ns, name));
    const auto answer = co_await fetch(session, std::move(request));
    if (const auto printed = print_answer(*printer, answer); !printed)
      status = session->fail(printed.error());
  }
  co_return status;
}

asio::awaitable<Result<std::string>> get_all(SessionPtr session, const Query* query, Printer* printer) {
  auto request = request_for(*query, collection_path(*query));
  const auto answer = co_await fetch(session, std::move(request));
  if (const auto printed = print_answer(*printer, answer); !printed) co_return printed.error();
  const bool empty = array_at(*answer, "rows").empty() && array_at(*answer, "items").empty();
  if (empty && as_table(query->options.output) && !query->options.watch) {
    session->err << "No resources found" << (query->ns.empty() ? "" : " in " + query->ns + " namespace")
                 << ".\n";
  }
  co_return kube::version_of(*answer);
}

/// One event of a watch; false ends it.
bool take_event(std::string_view line, Printer& printer, std::string& version, std::optional<Error>& failed) {
  const auto event = kube::parse_json(line);
  if (!event) {
    failed = event.error();
    return false;
  }
  const auto& object = object_at(*event, "object");
  const auto type = string_at(*event, "type");
  if (type == "ERROR") {
    failed = kube::status_error(object);
    return false;
  }
  const auto& rows = array_at(object, "rows");
  const auto newest =
      rows.empty() ? kube::version_of(object) : kube::version_of(object_at(rows.back(), "object"));
  if (!newest.empty()) version = newest;
  if (type == "BOOKMARK") return true;
  if (const auto printed = printer.print(object); !printed) failed = printed.error();
  return !failed;
}

/// For ever: a watch the server ends, as it does now and then, goes on where it was.
asio::awaitable<int> follow(SessionPtr session, const Query* query, Printer* printer, std::string version) {
  while (true) {
    auto path = kube::with_query(collection_path(*query), "watch", "true");
    path = kube::with_query(std::move(path), "allowWatchBookmarks", "true");
    path = kube::with_query(std::move(path), "resourceVersion", version);
    auto request = request_for(*query, std::move(path));
    const auto before = version;
    std::optional<Error> failed;
    std::function<bool(std::string_view)> on_line = [&](std::string_view line) {
      return take_event(line, *printer, version, failed);
    };
    const auto ended = co_await session->client.lines(std::move(request), std::move(on_line), kWatchIdle);
    if (failed) co_return session->fail(*failed);
    const bool goes_on = ended || ended.error().cls == ErrorClass::timeout;
    if (!goes_on) co_return session->fail(ended.error());
    if (ended && before == version) {
      co_return session->fail(unavailable("WatchEnded", "the server ended the watch without a word"));
    }
  }
}

Result<Query> make_query(const Session& session, GetOptions options, const Kinds& kinds) {
  auto targets = parse_targets(options.args);
  if (!targets) return targets.error();
  auto kind = kinds.find(targets->kind);
  if (!kind) return kind.error();
  if (options.all_namespaces && !targets->names.empty()) {
    return invalid("BadTarget", "a name cannot be looked up in all namespaces");
  }
  if (options.watch && targets->names.size() > 1) return invalid("BadTarget", "only one name can be watched");
  const bool everywhere = options.all_namespaces || !kind->namespaced;
  return Query{std::move(*kind), std::move(options), std::move(targets->names), everywhere ? "" : session.ns};
}

}  // namespace

asio::awaitable<int> run_get(SessionPtr session, GetOptions options) {
  const auto kinds = co_await discover(session);
  if (!kinds) co_return session->fail(kinds.error());
  const auto query = make_query(*session, std::move(options), *kinds);
  if (!query) co_return session->fail(query.error());
  Printer printer(session, *query);
  if (!query->names.empty() && !query->options.watch) {
    const int status = co_await get_by_name(session, &*query, &printer);
    co_return status;
  }
  auto version = co_await get_all(session, &*query, &printer);
  if (!version) co_return session->fail(version.error());
  if (!query->options.watch) co_return kExitOk;
  const int status = co_await follow(session, &*query, &printer, std::move(*version));
  co_return status;
}

}  // namespace hearth::ctl
