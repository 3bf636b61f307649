// SPDX-License-Identifier: Apache-2.0
#include "sdk/store/sqlite_error.hpp"

#include <SQLiteCpp/Exception.h>
#include <fmt/format.h>
#include <sqlite3.h>

namespace hearth::store {
namespace {

Error from_sqlite(const SQLite::Exception& failure) {
  const std::string text = failure.what();
  switch (failure.getErrorCode()) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return unavailable(kBusyCode, fmt::format("the database is locked by another process ({})", text));
    case SQLITE_FULL:
      return {ErrorClass::exhausted, kFullCode, fmt::format("no space left for the database ({})", text)};
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return invalid(kDamagedCode, fmt::format("the file is no SQLite database, or is damaged ({})", text));
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return unavailable(kUnavailableCode, fmt::format("the database cannot be read or written ({})", text));
    default:
      return {ErrorClass::internal, "StorageFailed", text};
  }
}

}  // namespace

Error current_error() {
  try {
    throw;
  } catch (const ErrorException& failure) {
    return failure.error();
  } catch (const SQLite::Exception& failure) {
    return from_sqlite(failure);
  } catch (const std::exception& failure) {
    return internal_error(failure.what());
  } catch (...) {
    return internal_error("a storage job threw something that is no exception");
  }
}

bool is_storage_problem(const Error& error) {
  return error.code == kBusyCode || error.code == kFullCode || error.code == kDamagedCode ||
         error.code == kUnavailableCode;
}

}  // namespace hearth::store
