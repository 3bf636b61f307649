// SPDX-License-Identifier: Apache-2.0
// A cloud's answer to a report: the text "OK" as KubeEdge's, or why it was refused: {"code":404,"reason":"NotFound",
// "message":"a sentence"}.
// Thread: plain values.   Errors: a content of another shape counts as "OK", as with a stock edge, which never looks.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace hearth::wire {

struct Answer {
  int code = 0;  ///< 0: taken; else 400 malformed, 403 not this node's, 404 unknown device, 409 an older UID
  std::string reason;   ///< CamelCase
  std::string message;  ///< one sentence
  bool ok() const { return code == 0; }
};

/// The content of the response.
nlohmann::json print_answer(const Answer& answer);
/// Takes the content as an object or as a string that holds one.
Answer parse_answer(const nlohmann::json& content);

}  // namespace hearth::wire
