// SPDX-License-Identifier: Apache-2.0
// Brings the store to the state of a backup, by changes like any others: who watches sees what differs, and no version
// that was ever given out means something else afterwards.
// Thread: within a write.   Errors: none.
#pragma once

#include "cloud/api/store/object_store.hpp"

namespace hearth::api {

struct Restored {
  std::size_t objects = 0;  ///< in the backup
  std::size_t added = 0;
  std::size_t changed = 0;
  std::size_t removed = 0;
};

/// Objects that are as they were keep their versions. Of a custom object that is still there the status stays: what is
/// observed now is truer than what was observed then.
Restored restore_state(Transaction& transaction, const StoredState& wanted);

}  // namespace hearth::api
