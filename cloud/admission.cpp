// SPDX-License-Identifier: Apache-2.0
#include "cloud/admission.hpp"

#include <utility>

#include "cloud/controller/device_admission.hpp"
#include "sdk/device/device.hpp"

namespace hearth::cloud {
namespace {

using nlohmann::json;

std::vector<api::Violation> translate(std::vector<controller::DeviceViolation> found) {
  std::vector<api::Violation> violations;
  for (auto& violation : found) {
    violations.push_back(
        {std::move(violation.field), std::move(violation.reason), std::move(violation.message)});
  }
  return violations;
}

std::vector<api::Violation> admit_device(json& device, const json* old_device, const api::Find& find,
                                         WallTime now) {
  const auto meta = device.find("metadata");
  const auto ns =
      meta != device.end() && meta->contains("namespace") ? meta->at("namespace").get<std::string>() : "";
  const auto model = find(std::string(device::kGroup), "devicemodels", ns, controller::model_name_of(device));
  controller::resolve_desired_life(device, old_device, now);
  return translate(controller::check_device_write(device, old_device, model ? &*model : nullptr));
}

std::vector<api::Violation> admit_model(json& model, const json* old_model, const api::Find&) {
  return translate(controller::check_device_model_write(model, old_model));
}

std::optional<std::string> keep_model(const api::Object& model, const api::List& list) {
  const auto devices = list(std::string(device::kGroup), "devices", std::string(model.ns()));
  return controller::why_model_stays(std::string(model.name()), devices);
}

}  // namespace

std::map<std::string, api::Admission> device_admission(Clock clock) {
  const auto admit = [clock = std::move(clock)](json& device, const json* old_device, const api::Find& find) {
    return admit_device(device, old_device, find, clock());
  };
  return {{"Device", {admit, nullptr}}, {"DeviceModel", {admit_model, keep_model}}};
}

}  // namespace hearth::cloud
