// SPDX-License-Identifier: Apache-2.0
#include "cloud/admission.hpp"

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

std::vector<api::Violation> admit_device(const json& device, const json* old_device, const api::Find& find) {
  const auto meta = device.find("metadata");
  const auto ns =
      meta != device.end() && meta->contains("namespace") ? meta->at("namespace").get<std::string>() : "";
  const auto model = find(std::string(device::kGroup), "devicemodels", ns, controller::model_name_of(device));
  return translate(controller::check_device_write(device, old_device, model ? &*model : nullptr));
}

std::vector<api::Violation> admit_model(const json& model, const json* old_model, const api::Find&) {
  return translate(controller::check_device_model_write(model, old_model));
}

}  // namespace

std::map<std::string, api::Admission> device_admission() {
  return {{"Device", admit_device}, {"DeviceModel", admit_model}};
}

}  // namespace hearth::cloud
