// A state's rows as storage/transfer.h has them, and back.
#pragma once

#include "storage/memory/state.h"
#include "storage/transfer.h"

namespace ff::storage::memory {

Counters counters(const State& state);
Chunk rows(const State& state);
bool is_empty(const State& state);
/// False: a document can't be read.
bool add(State& state, const Chunk& chunk);
void set(State& state, const Counters& counters);

}  // namespace ff::storage::memory
