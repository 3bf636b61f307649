// SPDX-License-Identifier: Apache-2.0
#include "sdk/schema/config_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <system_error>

#include "sdk/schema/yaml_document.hpp"

namespace hearth::schema {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxBytes = YamlLimits{}.bytes;

Error bad_config(const std::vector<Diagnostic>& diagnostics) {
  std::string text = print(diagnostics);
  while (text.ends_with('\n'))
    text.pop_back();
  return invalid("BadConfig", std::move(text));
}

Result<std::string> read_file(const std::filesystem::path& file) {
  std::error_code fault;
  const auto kind = std::filesystem::status(file, fault).type();
  if (kind == std::filesystem::file_type::not_found) {
    return not_found("NoConfig", file.string() + ": there is no such file");
  }
  std::ifstream input(file, std::ios::binary);
  if (kind == std::filesystem::file_type::directory || !input) {
    return unavailable("NoConfig", file.string() + ": cannot be read, expected a readable file");
  }
  // One byte more than allowed is enough to see that it is too large.
  std::string text(kMaxBytes + 1, '\0');
  input.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(input.gcount()));
  return text;
}

}  // namespace

std::filesystem::path find_config(int argc, const char* const* argv, const std::filesystem::path& usual) {
  constexpr std::string_view kFlag = "--config=";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument(argv[i]);
    if (argument == "--config" && i + 1 < argc) return argv[i + 1];
    if (argument.starts_with(kFlag)) return argument.substr(kFlag.size());
  }
  if (const char* named = std::getenv("HEARTH_CONFIG")) return named;
  std::error_code error;
  return std::filesystem::exists(usual, error) ? usual : std::filesystem::path();
}

Result<json> parse_config(std::string_view text, const std::string& name, const Schema& schema) {
  YamlStream stream = read_yaml(text, name);
  if (!stream.diagnostics.empty()) return bad_config(stream.diagnostics);
  if (stream.documents.size() > 1)
    return invalid("BadConfig", name + ": expected one document, found several");
  if (stream.documents.empty()) {
    stream.documents.emplace_back(json::object(), PlaceTree{},
                                  std::make_shared<const YamlSource>(YamlSource{name, {}}));
  }
  YamlDocument& document = stream.documents.front();
  const std::vector<Diagnostic> faults = check_document(schema, document);
  if (!faults.empty()) return bad_config(faults);
  json value = std::move(document).take();
  normalize_integers(schema, value);
  apply_defaults(schema, value);
  return value;
}

Result<json> load_config(const std::filesystem::path& file, const Schema& schema) {
  auto text = read_file(file);
  if (!text) return std::move(text).error();
  return parse_config(*text, file.string(), schema);
}

}  // namespace hearth::schema
