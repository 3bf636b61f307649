// SPDX-License-Identifier: Apache-2.0
#include "cloud/converters.hpp"

#include "cloud/convert/v1alpha2.hpp"

namespace hearth::cloud {

using nlohmann::json;

std::map<std::string, api::Converter> device_converters() {
  const auto device = [](json object, const std::string& api_version) {
    return api_version.ends_with("/v1alpha2") ? convert::device_to_v1alpha2(std::move(object))
                                              : convert::device_to_v1beta1(std::move(object));
  };
  const auto model = [](json object, const std::string& api_version) {
    return api_version.ends_with("/v1alpha2") ? convert::model_to_v1alpha2(std::move(object))
                                              : convert::model_to_v1beta1(std::move(object));
  };
  return {{"devices.devices.kubeedge.io", device}, {"devicemodels.devices.kubeedge.io", model}};
}

}  // namespace hearth::cloud
