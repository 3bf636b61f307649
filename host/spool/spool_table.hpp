// SPDX-License-Identifier: Apache-2.0
// All SQL of the spool.
// Thread: the storage thread; call from within a Storage job.   Errors: SQLite's exceptions.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include "host/spool/spool_queue.hpp"

namespace hearth::spool::sql {

std::string schema();

/// What there is, in its order; reads no payloads.
BlockList load(SQLite::Database& db, const SpoolLimits& limits);
void insert(SQLite::Database& db, const std::vector<EventPtr>& events);
/// From a sequence on; one at least, however large.
std::vector<EventPtr> read(SQLite::Database& db, const SpoolQueue::Read& wanted);
void erase_through(SQLite::Database& db, std::uint64_t sequence);

}  // namespace hearth::spool::sql
