// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/openapi/operations.hpp"

#include <algorithm>

namespace hearth::openapi {
namespace {

constexpr Parameter kDryRun{"dryRun", "string", "All means: check everything, store nothing."};
constexpr Parameter kManager{"fieldManager", "string", "Who makes the change."};
constexpr Parameter kValidation{"fieldValidation", "string",
                                "What to do about unknown and duplicate fields: Ignore, Warn or Strict."};
constexpr Parameter kForce{"force", "boolean",
                           "Take fields over from other managers. Only for apply patches."};
constexpr Parameter kName{"name", "string", "Name of the object."};
constexpr Parameter kNamespace{"namespace", "string", "Namespace of the object."};

const std::vector<Parameter> kWriteQuery = {kDryRun, kManager, kValidation};
const std::vector<Parameter> kPatchQuery = {kDryRun, kManager, kValidation, kForce};
const std::vector<Parameter> kDeleteQuery = {
    kDryRun,
    {"gracePeriodSeconds", "integer", "Seconds the object is given to end."},
    {"propagationPolicy", "string", "What becomes of the objects that belong to it."}};
const std::vector<Parameter> kListQuery = {
    {"labelSelector", "string", "Only objects with these labels."},
    {"fieldSelector", "string", "Only objects with these fields."},
    {"limit", "integer", "Most objects in one answer."},
    {"continue", "string", "Where the last answer stopped."},
    {"watch", "boolean", "Go on with the changes as they happen."},
    {"allowWatchBookmarks", "boolean", "Whether a watch may send bookmarks."},
    {"resourceVersion", "string", "The version to list or watch from."},
    {"resourceVersionMatch", "string", "How resourceVersion is meant: Exact or NotOlderThan."},
    {"timeoutSeconds", "integer", "When a watch ends."}};

std::string capitalised(std::string word) {
  if (!word.empty() && word[0] >= 'a' && word[0] <= 'z') word[0] = static_cast<char>(word[0] - 'a' + 'A');
  return word;
}

/// Words of "devices.kubeedge.io" run together: DevicesKubeedgeIo.
std::string camel(const std::string& dotted) {
  std::string result;
  for (std::size_t start = 0; start < dotted.size();) {
    const std::size_t end = std::min(dotted.find('.', start), dotted.size());
    result += capitalised(dotted.substr(start, end - start));
    start = end + 1;
  }
  return result;
}

class PathMaker {
 public:
  explicit PathMaker(const OpenApiKind& kind) : kind_(kind) {}

  std::vector<PathEntry> make() {
    const std::string base = "/" + group_version_path(kind_);
    const std::string scope = kind_.namespaced ? "/namespaces/{namespace}/" : "/";
    const std::string collection = base + scope + kind_.plural;
    add(collection, false, collection_operations(kind_.namespaced ? "Namespaced" : ""));
    if (kind_.namespaced && can("list")) {
      PathEntry& everywhere = paths_.emplace_back();
      everywhere.path = base + "/" + kind_.plural;
      everywhere.operations = {list_operation("ForAllNamespaces")};
    }
    add(collection + "/{name}", true, item_operations(""));
    if (kind_.has_status) add(collection + "/{name}/status", true, item_operations("Status"));
    return std::move(paths_);
  }

 private:
  bool can(std::string_view verb) const { return std::ranges::find(kind_.verbs, verb) != kind_.verbs.end(); }

  std::string id(std::string_view verb, std::string_view suffix) const {
    return std::string(verb) + camel(kind_.group.empty() ? "core" : kind_.group) +
           capitalised(kind_.version) + kind_.kind + std::string(suffix);
  }

  void add(std::string path, bool named, std::vector<Operation> operations) {
    if (operations.empty()) return;
    PathEntry& entry = paths_.emplace_back();
    entry.path = std::move(path);
    entry.operations = std::move(operations);
    if (named) entry.in_path.push_back(kName);
    if (kind_.namespaced) entry.in_path.push_back(kNamespace);
  }

  Operation list_operation(std::string_view suffix) const {
    return {"get",      "list", id("list", suffix), "lists objects of kind " + kind_.kind, kListQuery,
            Body::none, false};
  }

  std::vector<Operation> collection_operations(std::string_view suffix) const {
    std::vector<Operation> made;
    if (can("list")) made.push_back(list_operation(suffix));
    if (can("create")) {
      made.push_back(
          {"post", "post", id("create", suffix), "creates a " + kind_.kind, kWriteQuery, Body::object});
    }
    if (can("deletecollection")) {
      made.push_back({"delete", "deletecollection", id("deleteCollection", suffix),
                      "deletes objects of kind " + kind_.kind, kDeleteQuery, Body::delete_options, false});
    }
    return made;
  }

  std::vector<Operation> item_operations(std::string_view subresource) const {
    const bool whole = subresource.empty();
    const std::string what = (whole ? "the " : "the status of the ") + kind_.kind;
    std::vector<Operation> made;
    if (can("get")) made.push_back({"get", "get", id("read", subresource), "reads " + what});
    if (can("update")) {
      made.push_back(
          {"put", "put", id("replace", subresource), "replaces " + what, kWriteQuery, Body::object});
    }
    if (can("patch")) {
      made.push_back(
          {"patch", "patch", id("patch", subresource), "changes " + what, kPatchQuery, Body::patch});
    }
    if (whole && can("delete")) {
      made.push_back({"delete", "delete", id("delete", subresource), "deletes " + what, kDeleteQuery,
                      Body::delete_options, false});
    }
    return made;
  }

  const OpenApiKind& kind_;
  std::vector<PathEntry> paths_;
};

}  // namespace

std::vector<PathEntry> paths_of(const OpenApiKind& kind) {
  return PathMaker(kind).make();
}

std::string group_version_path(const OpenApiKind& kind) {
  return kind.group.empty() ? "api/" + kind.version : "apis/" + kind.group + "/" + kind.version;
}

}  // namespace hearth::openapi
