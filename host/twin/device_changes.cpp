// SPDX-License-Identifier: Apache-2.0
#include "host/twin/device_changes.hpp"

#include "sdk/wire/topic.hpp"
#include "sdk/wire/twin_document.hpp"

namespace hearth::twin {
namespace {

using nlohmann::json;

bool other_uid(const std::string& held, const std::string& asked) {
  return !held.empty() && !asked.empty() && held != asked;
}

/// KubeEdge's clouds take it from this label.
std::string description_of(const json& object) {
  const auto path = json::json_pointer("/metadata/labels/description");
  if (!object.is_object() || !object.contains(path)) return {};
  const auto& text = object.at(path);
  return text.is_string() ? text.get<std::string>() : std::string();
}

}  // namespace

void DeviceChanges::put_device(device::Device device, const json& object, Done done) {
  const auto id = device.meta.id;
  const auto* held = core_.inventory.device(id);
  switch (core_.inventory.judge(device)) {
    case Verdict::older:
      core_.dropped("older", id);
      // A cloud that was set back to an earlier day: what it had confirmed is gone from it.
      if (core_.inventory.first_in_session(id)) reports_.owe_device(id);
      core_.inventory.seen_device(id);
      break;
    case Verdict::same:
      core_.inventory.seen_device(id);
      break;
    case Verdict::apply:
      if (auto text = print_text(object); !held || held->text != text)
        adopt_device(std::move(device), description_of(object), std::move(text));
      break;
    case Verdict::recreate:
      forget_device(id);
      core_.store.rows().wipe(id);
      adopt_device(std::move(device), description_of(object), print_text(object));
      break;
  }
  reports_.device_known(id);
  core_.store.when_stored(std::move(done));
}

void DeviceChanges::adopt_device(device::Device device, std::string description, std::string text) {
  const auto id = device.meta.id;
  const bool added = !core_.table.find(id);
  auto& row = core_.table.add(id);
  const auto* held = core_.inventory.device(id);
  const bool spec_changed = !held || spec_differs(held->device, device);
  const auto desired = plan_desired(row.properties, held ? &held->device : nullptr, device,
                                    core_.inventory.model_of(device), core_.times());
  describe(id, std::move(description), added);
  core_.inventory.adopt(std::move(device), std::move(text));
  core_.store.rows().device_object(id);
  core_.adopt(id, desired);
  if (spec_changed) core_.tell_changed(core_.inventory.device(id)->device);
  if (!desired.empty()) tell_desired(id, desired);
}

void DeviceChanges::describe(const DeviceId& id, std::string description, bool added) {
  auto& row = core_.table.add(id);
  if (!added && (description.empty() || row.description == description)) return;
  row.description = std::move(description);
  core_.store.rows().device_row(id);
  if (added) core_.publish_added(id, row.description);
}

// At once: control does not wait for a disk. What is desired is in the object, which is stored along with it.
void DeviceChanges::tell_desired(const DeviceId& id, const TwinChange& change) {
  core_.publish_of(id, wire::TopicKind::twin_update_document,
                   wire::twin_document_text(new_uuid(), core_.now_ms(), change.document));
  core_.publish_delta(id);
  expiries_.watch(id);
  reports_.owe_twin(id, change.reported_keys(), "");
  if (change.life_changed) reports_.owe_conditions(id);
}

void DeviceChanges::put_model(device::DeviceModel model, const json& object, Done done) {
  const auto id = model.meta.id;
  const auto* held = core_.inventory.model(id);
  switch (core_.inventory.judge(model)) {
    case Verdict::older:
      core_.dropped("older", id);
      break;
    case Verdict::same:
      core_.inventory.seen_model(id);
      break;
    case Verdict::apply:
    case Verdict::recreate:
      if (auto text = print_text(object); !held || held->text != text)
        adopt_model(std::move(model), std::move(text));
      break;
  }
  core_.store.when_stored(std::move(done));
}

void DeviceChanges::adopt_model(device::DeviceModel model, std::string text) {
  const auto id = model.meta.id;
  const auto* held = core_.inventory.model(id);
  const bool spec_changed = !held || spec_differs(held->model, model);
  core_.inventory.adopt(std::move(model), std::move(text));
  core_.store.rows().model(id);
  if (!spec_changed) return;
  for (const auto* user : core_.inventory.devices_of(id))
    core_.tell_changed(*user);
}

void DeviceChanges::remove_device(const DeviceId& id, const std::string& uid, Done done) {
  const auto* held = core_.inventory.device(id);
  const auto* row = core_.table.find(id);
  if (held && other_uid(held->device.meta.uid, uid)) {
    core_.dropped("uid", id);
  } else if (held || row) {
    const auto description = row ? row->description : std::string();
    forget_device(id);
    core_.store.rows().wipe(id);
    core_.publish_removed(id, description);
  }
  core_.store.when_stored(std::move(done));
}

void DeviceChanges::forget_device(const DeviceId& id) {
  const bool served = core_.inventory.device(id) != nullptr;
  core_.table.remove(id);
  core_.inventory.drop_device(id);
  expiries_.watch(id);
  reports_.forget(id);
  if (served && core_.listener.removed) core_.listener.removed(id);
}

void DeviceChanges::remove_model(const DeviceId& id, const std::string& uid, Done done) {
  const auto* held = core_.inventory.model(id);
  if (held && other_uid(held->model.meta.uid, uid)) {
    core_.dropped("uid", id);
  } else if (held) {
    core_.inventory.drop_model(id);
    core_.store.rows().model(id);
    for (const auto* user : core_.inventory.devices_of(id))
      core_.tell_changed(*user);
  }
  core_.store.when_stored(std::move(done));
}

void DeviceChanges::add_member(const wire::Member& member) {
  if (core_.table.find(member.id)) return;
  core_.table.add(member.id).description = member.description;
  core_.store.rows().device_row(member.id);
  core_.publish_added(member.id, member.description);
  core_.store.flush();
}

void DeviceChanges::reconcile(const std::vector<wire::Member>& members) {
  std::set<DeviceId> listed;
  for (const auto& member : members) {
    listed.insert(member.id);
    add_member(member);
  }
  std::vector<DeviceId> unlisted;
  for (const auto& [id, device] : core_.table.devices()) {
    if (!listed.contains(id) && !core_.inventory.is_local(id)) unlisted.push_back(id);
  }
  for (const auto& id : unlisted)
    remove_device(id, "", [](const Result<void>&) {});
}

}  // namespace hearth::twin
