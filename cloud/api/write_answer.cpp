// SPDX-License-Identifier: Apache-2.0
#include "cloud/api/write_answer.hpp"

#include "cloud/api/media.hpp"
#include "cloud/api/object_rules.hpp"

namespace hearth::api {

Answer<Response> write_answer(const Call& call, const Answer<ObjectPtr>& stored, const Outcome& outcome) {
  if (!stored) return stored.error();
  const auto& object = *stored;
  const bool is_status = object->kind() == "Status";
  auto shown = is_status ? object : shown_in(*call.type, *call.version, object);
  const auto media = choose_media(call.request.headers.get("Accept"), {Form::table, Form::partial});
  if (!media) return media.error();
  const bool whole = media->form != Form::partial || is_status;
  const int status = outcome.created ? 201 : 200;
  auto response = whole ? object_response(status, std::move(shown))
                        : json_response(status, partial_object(shown->tree(), media->version));
  for (const auto& warning : outcome.warnings)
    add_warning(response.headers, warning);
  return response;
}

}  // namespace hearth::api
