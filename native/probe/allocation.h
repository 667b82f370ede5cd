// Memory that a limit refused, noted where it happened: calls of malloc, mmap and their kin in the loaded objects are
// led through wrappers that look only at calls that have failed.
#pragma once
#include <cstdint>

namespace stint {

/// Watches every loaded object (and those loaded later) from now on. Main thread, once the limits are known.
/// Idempotent. False where the dynamic linker's tables could not be changed.
bool WatchAllocations();

/// True when memory outside of V8's heap was refused so short a time ago.
bool AllocationRefusedWithin(std::int64_t ns);

/// True when an allocation was refused under a limit since WatchAllocations().
bool AllocationRefused();

}  // namespace stint
