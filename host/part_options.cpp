// SPDX-License-Identifier: Apache-2.0
#include "host/part_options.hpp"

#include "sdk/wire/topic.hpp"

namespace hearth::host {
namespace {

/// A twin's row is a few hundred bytes, and each update writes its page: 4 KiB ones cost flash three times as much.
constexpr int kTwinPage = 1024;
constexpr int kTwinCacheKib = 512;

/// Without a cloud nobody waits for event data.
std::vector<std::string> subscriptions(const HostOptions& options) {
  auto filters = wire::host_subscriptions();
  if (!options.hub_url.empty())
    filters.insert(filters.end(), options.spool_topics.begin(), options.spool_topics.end());
  return filters;
}

}  // namespace

store::StorageOptions storage_options(const HostOptions& options, Metrics& metrics) {
  store::StorageOptions out;
  out.file = options.data_dir / "hearth-host.db";
  out.schema = twin::DeviceTwin::schema();
  out.snapshots = options.snapshots;
  out.page_size = kTwinPage;
  out.cache_kib = kTwinCacheKib;
  out.metrics = &metrics;
  return out;
}

eventbus::EventBusOptions bus_options(const HostOptions& options) {
  eventbus::EventBusOptions out;
  out.broker = options.broker;
  out.client_id_prefix = "hearth-" + options.node_name;
  out.user = options.broker_user;
  out.password = options.broker_password;
  out.client_id = options.broker_client_id;
  out.tls = options.broker_tls;
  out.subscriptions = subscriptions(options);
  return out;
}

edgehub::EdgeHubOptions hub_options(const HostOptions& options) {
  edgehub::EdgeHubOptions out;
  out.hub_url = options.hub_url;
  out.cert_url = options.cert_url;
  out.token = options.token;
  out.token_file = options.token_file;
  out.node_name = options.node_name;
  out.data_dir = options.data_dir;
  return out;
}

twin::DeviceTwinOptions twin_options(const HostOptions& options, const std::string& storage_note) {
  twin::DeviceTwinOptions out;
  out.node_name = options.node_name;
  out.refresh = options.report_refresh;
  out.storage_note = storage_note;
  return out;
}

}  // namespace hearth::host
