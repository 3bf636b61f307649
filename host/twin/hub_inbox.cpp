// SPDX-License-Identifier: Apache-2.0
#include "host/twin/hub_inbox.hpp"

#include <fmt/format.h>

#include "sdk/wire/twin_document.hpp"

namespace hearth::twin {
namespace {

using nlohmann::json;
using wire::ResourceKind;

/// The uid of an object, of which a delete may carry nothing but the metadata; empty if there is none.
std::string uid_of(const json& object) {
  const auto text_at = [](const json& holder, const char* name) -> const json* {
    if (!holder.is_object()) return nullptr;
    const auto found = holder.find(name);
    return found == holder.end() ? nullptr : &*found;
  };
  const auto* metadata = text_at(object, "metadata");
  const auto* uid = metadata ? text_at(*metadata, "uid") : nullptr;
  return uid && uid->is_string() ? uid->get<std::string>() : std::string();
}

bool is_delete(const wire::HubMessage& message) {
  return message.route.operation == wire::operation::kDelete;
}

/// How a membership message names its devices; nothing if it names none.
std::optional<wire::TopicForm> form_of(const json& membership) {
  for (const char* list : {"added_devices", "removed_devices", "devices"}) {
    const auto members = membership.find(list);
    if (members == membership.end() || !members->is_array() || members->empty()) continue;
    const auto& first = members->front();
    const auto id = first.is_object() ? first.find("id") : first.end();
    if (!first.is_object() || id == first.end() || !id->is_string()) continue;
    const bool full = id->get_ref<const std::string&>().find('/') != std::string::npos;
    return full ? wire::TopicForm::full : wire::TopicForm::name_alone;
  }
  return std::nullopt;
}

Error wrong_name(const DeviceId& found) {
  return invalid("MalformedMessage", fmt::format("the content is of {}", found.str()));
}

}  // namespace

void HubInbox::handle(const wire::HubMessage& message) {
  core_.time.agree(message.header.timestamp);
  if (!message.header.parent_msg_id.empty()) {
    if (message.route.operation == wire::operation::kResponse) {
      reports_.answer(message.header.parent_msg_id, wire::parse_answer(message.content));
    }
    return;
  }
  const auto resource = wire::parse_resource(message.route.resource);
  switch (resource.kind) {
    case ResourceKind::membership:
      return membership(message);
    case ResourceKind::membership_detail:
      return membership_detail(message);
    case ResourceKind::device:
      return device(message, resource.id);
    case ResourceKind::device_model:
      return device_model(message, resource.id);
    case ResourceKind::twin_edge_updated:
    case ResourceKind::twin_cloud_updated:
    case ResourceKind::state_update:
    case ResourceKind::conditions_update:
    case ResourceKind::twin:
      return unusable(message, invalid("MalformedMessage", "no message that a node is sent"));
    case ResourceKind::other:
      return other_object(message);
  }
}

// A stock CloudCore sends pods and config maps to every node, one at a time: the Devices wait behind each ack.
void HubInbox::other_object(const wire::HubMessage& message) {
  unusable(message, invalid("MalformedMessage", "nothing that a host of devices can use"));
  const auto& operation = message.route.operation;
  const bool wants_ack = operation == wire::operation::kInsert || operation == wire::operation::kUpdate ||
                         operation == wire::operation::kDelete;
  if (wants_ack && message.route.group == wire::group::kResource) ack(message);
}

void HubInbox::unusable(const wire::HubMessage& message, const Error& error) {
  core_.malformed("hub", fmt::format("{} of \"{}\": {}", message.route.operation.substr(0, 50),
                                     message.route.resource.substr(0, 300), error.text));
}

void HubInbox::ack(const wire::HubMessage& message) {
  auto response = wire::make_response(message, "OK", core_.now_ms());
  response.route.source = wire::source::kMeta;
  core_.outputs.send(std::move(response));
}

DeviceChanges::Done HubInbox::ack_when_stored(const wire::HubMessage& message) {
  wire::HubMessage head{message.header, message.route, nullptr, {}};
  return [this, head = std::move(head)](const Result<void>& stored) {
    if (stored) ack(head);
  };
}

void HubInbox::membership(const wire::HubMessage& message) {
  const auto document = message.document();
  if (!document) return unusable(message, document.error());
  const auto change = wire::parse_membership_change(*document);
  if (!change) return unusable(message, change.error());
  const auto form = form_of(*document);
  if (form) reports_.peer_names_devices(*form);
  for (const auto& member : change->removed) {
    // The name alone may mean a device of another namespace; the delete of the Device itself tells which.
    if (form == wire::TopicForm::name_alone && core_.inventory.device(member.id)) continue;
    changes_.remove_device(member.id, "", [](const Result<void>&) {});
  }
  for (const auto& member : change->added)
    changes_.add_member(member);
}

void HubInbox::membership_detail(const wire::HubMessage& message) {
  const auto document = message.document();
  if (!document) return unusable(message, document.error());
  const auto members = wire::parse_membership_list(*document);
  if (!members) return unusable(message, members.error());
  changes_.reconcile(*members);
}

void HubInbox::device(const wire::HubMessage& message, const DeviceId& id) {
  const auto refuse = [&](const Error& error) {
    unusable(message, error);
    ack(message);
  };
  auto object = message.document();
  if (is_delete(message)) {
    return changes_.remove_device(id, object ? uid_of(*object) : std::string(), ack_when_stored(message));
  }
  if (!object) return refuse(object.error());
  auto device = device::parse_device(*object);
  if (!device) return refuse(device.error());
  if (device->meta.id != id) return refuse(wrong_name(device->meta.id));
  changes_.put_device(std::move(*device), std::move(*object), ack_when_stored(message));
}

void HubInbox::device_model(const wire::HubMessage& message, const DeviceId& id) {
  const auto refuse = [&](const Error& error) {
    unusable(message, error);
    ack(message);
  };
  auto object = message.document();
  if (is_delete(message)) {
    return changes_.remove_model(id, object ? uid_of(*object) : std::string(), ack_when_stored(message));
  }
  if (!object) return refuse(object.error());
  auto model = device::parse_device_model(*object);
  if (!model) return refuse(model.error());
  if (model->meta.id != id) return refuse(wrong_name(model->meta.id));
  changes_.put_model(std::move(*model), std::move(*object), ack_when_stored(message));
}

}  // namespace hearth::twin
