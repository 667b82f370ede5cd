// Tells memory that V8's heap commits from memory that a reservation grows into.
#pragma once
#include <cstddef>

namespace stint {

/// Whether inaccessible memory of the same mapping follows [address, address + size): so it is with a WebAssembly
/// memory or a resizable buffer that grows inside its reservation, while V8's heap commits a chunk whole. Reads
/// /proc/self/maps (proc_pid_maps(5)) without allocating. False where it cannot be read.
bool GrowsIntoReservation(const void* address, std::size_t size);

}  // namespace stint
