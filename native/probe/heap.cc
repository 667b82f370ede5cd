#include "probe/heap.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>

#include "probe/allocation.h"
#include "probe/limits.h"
#include "probe/record.h"
#include "probe/stop.h"
#include "support/clock.h"

namespace stint {
namespace {

constexpr std::size_t kUnwindRoom = std::size_t{128} << 20;  // for a function that has reached the limit to unwind
constexpr std::size_t kMostYoung = std::size_t{32} << 20;    // what V8's young generation may hold beside the old one
constexpr std::int64_t kRetryTime = 2 * kNsPerSecond;  // from a refusal to V8's last try, with collections between
constexpr std::size_t kNoLimit = std::size_t{1} << 46;

struct Heap {
  std::size_t limit = 0;
  std::int64_t memory = 0;
  bool lifted = false;
  std::atomic<bool> tripped{false};
};
Heap heap;  // V8's callbacks have no better place: one main isolate per process has a job

/// Runs in the middle of a garbage collection: no JavaScript, no allocation on V8's heap.
std::size_t OnNearHeapLimit(void*, std::size_t current, std::size_t) {
  if (heap.lifted) return kNoLimit;
  if (current < heap.limit) return heap.limit;  // V8's default was below the job's limit
  // Node 26 asks here before it tells the caller that there is no memory for a buffer: that is no end of the heap.
  // Should it be one all the same, V8's fatal handler follows.
  if (AllocationRefusedWithin(kRetryTime)) return current;
  TheBallast().Release();  // first: the rest may need memory outside of V8's heap
  TripHeap();
  return current + kUnwindRoom;
}

/// V8 ends the process when this returns, noisily. The record is all that is needed of it.
void OnOutOfMemory(const char*, const void*) {
  if (!heap.lifted) TripHeap();
  if (!TheStop().has_grace()) WaitForKill();
  std::abort();  // nothing can be done with the grace: V8 is in the midst of an allocation
}

}  // namespace

bool LimitHeap(std::size_t used, std::size_t memory) {
  if (!V8().can_limit_heap()) return false;
  v8::Isolate* isolate = V8().current();
  heap.limit = used + memory - std::min(memory / 4, kMostYoung);
  heap.memory = static_cast<std::int64_t>(memory);
  V8().add_near_heap_limit(isolate, OnNearHeapLimit, nullptr);
  V8().remove_near_heap_limit(isolate, OnNearHeapLimit, heap.limit);  // lowers the limit to this
  V8().add_near_heap_limit(isolate, OnNearHeapLimit, nullptr);
  if (V8().set_oom_handler) V8().set_oom_handler(isolate, OnOutOfMemory);
  return true;
}

void LiftHeapLimit() { heap.lifted = true; }

void TripHeap() {
  if (heap.tripped.exchange(true)) return;
  TheRecord().Send(MessageType::kCause, Cause::kHeap, heap.memory);
  TheStop().OutOfMemory();
}

}  // namespace stint
