// One look at a whole SQLite file, for a subcommand: by a user who may only read it, too, and beside a server
// that writes it.
//
// Invariant: the file, its log (-wal) and its folder are afterwards as they were; what was read is one
// committed state. Only the log's index (-shm) may be another: SQLite makes it anew from the log of a server
// that was killed, because nothing else says which frames are whole.
#pragma once

#include <functional>
#include <string>

#include "sqlite/database.h"

namespace ff::sqlite {

/// Runs `read` once, on a snapshot, on this thread; a statement of it that fails fails the whole. kNotFound
/// when there is no such file. kUnavailable when this user can't read it, with what is needed: the file; and
/// either leave to write it and its folder, or (while a server runs) to read the -wal and -shm files beside
/// it, or that nobody has it open. Then also when somebody opened it meanwhile.
Result<void> read_file(const std::string& path, const std::function<Result<void>(Database&)>& read);

/// The folder of the file at `path`, where SQLite makes further ones; "." when the path names none.
std::string folder_of(const std::string& path);

}  // namespace ff::sqlite
