// SPDX-License-Identifier: Apache-2.0
#include "sdk/wire/topic.hpp"

#include <array>

#include "sdk/wire/segments.hpp"

namespace hearth::wire {
namespace {

constexpr const char* kDefaultNamespace = "default";
constexpr std::string_view kDevicePrefix = "$hw/events/device/";
constexpr std::string_view kNodePrefix = "$hw/events/node/";

struct Suffix {
  TopicKind kind;
  std::string_view text;
};

constexpr std::array kDeviceSuffixes{
    Suffix{TopicKind::twin_update, "twin/update"},
    Suffix{TopicKind::twin_update_result, "twin/update/result"},
    Suffix{TopicKind::twin_update_delta, "twin/update/delta"},
    Suffix{TopicKind::twin_update_document, "twin/update/document"},
    Suffix{TopicKind::twin_cloud_updated, "twin/cloud_updated"},
    Suffix{TopicKind::twin_get, "twin/get"},
    Suffix{TopicKind::twin_get_result, "twin/get/result"},
    Suffix{TopicKind::state_update, "state/update"},
    Suffix{TopicKind::state_update_result, "state/update/result"},
};

constexpr std::array kNodeSuffixes{
    Suffix{TopicKind::membership_get, "membership/get"},
    Suffix{TopicKind::membership_get_result, "membership/get/result"},
    Suffix{TopicKind::membership_updated, "membership/updated"},
};

template <class Table>
TopicKind kind_of(const Table& table, std::string_view suffix) {
  for (const auto& entry : table) {
    if (entry.text == suffix) return entry.kind;
  }
  return TopicKind::other;
}

template <class Table>
std::string_view suffix_of(const Table& table, TopicKind kind) {
  for (const auto& entry : table) {
    if (entry.kind == kind) return entry.text;
  }
  return {};
}

/// Takes one segment off the front of a text; the slash behind it goes too.
std::string_view take_segment(std::string_view& rest) {
  const auto slash = rest.find('/');
  const auto segment = rest.substr(0, slash);
  rest.remove_prefix(slash == rest.npos ? rest.size() : slash + 1);
  return segment;
}

// At most one of the two forms fits: one segment more or less in front of "twin/update" makes it another text.
Topic parse_device_topic(std::string_view rest) {
  const auto first = take_segment(rest);
  if (!is_dns_subdomain(first)) return {};
  if (const auto kind = kind_of(kDeviceSuffixes, rest); kind != TopicKind::other) {
    return {kind, {kDefaultNamespace, std::string(first)}, {}, TopicForm::name_alone};
  }
  const auto second = take_segment(rest);
  const auto kind = kind_of(kDeviceSuffixes, rest);
  if (kind == TopicKind::other || !is_dns_subdomain(second)) return {};
  return {kind, {std::string(first), std::string(second)}, {}, TopicForm::full};
}

Topic parse_node_topic(std::string_view rest) {
  const auto node = take_segment(rest);
  const auto kind = kind_of(kNodeSuffixes, rest);
  if (kind == TopicKind::other || !is_dns_subdomain(node)) return {};
  return {kind, {}, std::string(node)};
}

}  // namespace

Topic parse_topic(std::string_view text) {
  if (text.starts_with(kDevicePrefix)) return parse_device_topic(text.substr(kDevicePrefix.size()));
  if (text.starts_with(kNodePrefix)) return parse_node_topic(text.substr(kNodePrefix.size()));
  return {};
}

std::string device_topic(TopicKind kind, const DeviceId& device, TopicForm form) {
  const auto suffix = suffix_of(kDeviceSuffixes, kind);
  std::string topic;
  topic.reserve(kDevicePrefix.size() + device.ns.size() + device.name.size() + suffix.size() + 2);
  topic += kDevicePrefix;
  if (form == TopicForm::full) (topic += device.ns) += '/';
  ((topic += device.name) += '/') += suffix;
  return topic;
}

std::string node_topic(TopicKind kind, std::string_view node) {
  return std::string(kNodePrefix) + std::string(node) + "/" + std::string(suffix_of(kNodeSuffixes, kind));
}

std::vector<std::string> host_subscriptions() {
  std::vector<std::string> filters;
  for (const auto kind : {TopicKind::twin_update, TopicKind::twin_get, TopicKind::twin_cloud_updated,
                          TopicKind::state_update}) {
    const std::string suffix(suffix_of(kDeviceSuffixes, kind));
    filters.push_back("$hw/events/device/+/+/" + suffix);
    filters.push_back("$hw/events/device/+/" + suffix);
  }
  filters.emplace_back("$hw/events/node/+/membership/get");
  filters.emplace_back("$hw/events/device/+/+/twin/update/delta");
  return filters;
}

}  // namespace hearth::wire
