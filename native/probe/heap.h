// V8's heap limit for one job, and what happens when it is reached.
#pragma once
#include <cstddef>
#include <cstdint>

#include "probe/v8_names.h"

namespace stint {

/// Sets V8's limit of the old generation to `used + memory` bytes, less what the young one may take: lowered by
/// removing and re-adding the near-heap-limit callback, raised from within it. Reaching it records kHeap, asks the
/// watchdog to interrupt, and gives more room, so that the function unwinds. V8's fatal out-of-memory handler records
/// it, too, before V8 ends the process. Main thread. False where V8 exports no way.
bool LimitHeap(std::size_t used, std::size_t memory);

/// The function has ended: room for serialising its result.
void LiftHeapLimit();

/// Records kHeap once, with the memory limit as value, and asks for an interrupt. Any thread.
void TripHeap();

}  // namespace stint
