// SPDX-License-Identifier: Apache-2.0
// The templates that the simulated parts spend their time in, once more and optimised. Linked first, these definitions
// are the ones taken; a debug build of everything else then runs ten thousand seeds in the time there is for them.
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

template class std::basic_string<char>;
template class std::basic_string_view<char>;
template class std::vector<char>;
template class std::vector<nlohmann::json>;
template class nlohmann::basic_json<>;
template class std::map<std::string, nlohmann::json, std::less<>>;
template class nlohmann::detail::lexer<nlohmann::json, nlohmann::detail::iterator_input_adapter<const char*>>;
template class nlohmann::detail::serializer<nlohmann::json>;
template class nlohmann::detail::json_sax_dom_parser<nlohmann::json>;
