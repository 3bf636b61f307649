// SPDX-License-Identifier: Apache-2.0
// Manifests and configuration files: YAML with the diagnostics of a DeviceModel's schema.
#include "sdk/schema/yaml_document.hpp"

#include "sdk/device/crd_documents.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace hearth;

schema::Schema model_schema() {
  const auto crd = schema::parse_yaml_document(device::crd_documents().front(), "crd").value();
  return schema::Schema::parse(crd.at("/spec/versions/0/schema/openAPIV3Schema"_json_pointer)).value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto kSchema = model_schema();
  const auto stream = schema::read_yaml(fuzz::as_text(data, size), "fuzz.yaml");
  (void)schema::print(stream.diagnostics);
  for (const auto& document : stream.documents) {
    (void)schema::print(schema::check_document(kSchema, document));
    (void)document.position("spec.properties[0].type");
    const auto text = document.value().dump(-1, ' ', false, nlohmann::json::error_handler_t::strict);
    const auto again = schema::parse_yaml_document(text, "again.yaml");
    fuzz::require(again && *again == document.value(), "the JSON of a document is YAML for the same");
  }
  return 0;
}
