// SPDX-License-Identifier: Apache-2.0
#include "sdk/schema/path.hpp"

namespace hearth::schema {

std::string PathLink::str() const {
  if (parent_ == nullptr) return {};
  std::string text = parent_->str();
  if (is_index_) return text + "[" + std::to_string(index_) + "]";
  if (!text.empty()) text += '.';
  return text.append(key_);
}

}  // namespace hearth::schema
