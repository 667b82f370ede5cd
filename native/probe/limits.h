// The job's kernel limits, set inside the worker right before the function runs: a worker that has booted needs only
// what the job allocates on top, and Node cannot boot under small limits at all (docs/design.md, section 11).
#pragma once
#include <cstddef>
#include <cstdint>

#include "probe/record.h"
#include "support/wire.h"

namespace stint {

/// A private mapping that is never touched: RLIMIT_DATA and RLIMIT_AS count it, memory it uses none. Given back when
/// the function has ended, it leaves room to serialise and send the result, which is not charged to the job; given back
/// at V8's heap limit, it lets the function unwind.
class Ballast {
 public:
  /// Bytes that serialising a result of `result_size` (-1 = unlimited) may take: twice, and what V8 wants on top.
  static std::size_t SizeFor(std::int64_t result_size);
  /// 0 or an errno; `size` 0 maps nothing.
  int Map(std::size_t size);
  /// munmap(2): async-signal-safe, any thread, idempotent. True when this call gave it back.
  bool Release();

 private:
  void* address_ = nullptr;
  std::size_t size_ = 0;
};

Ballast& TheBallast();

/// Reads /proc/self/status, CPU clock and rusage. False when /proc is not there.
bool Measure(Baseline* baseline);

/// Brings what was measured before up to date from /proc/self/statm, at a fifth of the cost. False when /proc is not
/// there.
bool MeasureAgain(Baseline* baseline);

/// Sets every limit with soft = hard, so that the job cannot raise it; one that is already tighter (a job inside a job)
/// stands. `baseline` was measured with the ballast mapped. 0, or an errno with `*failed` set.
int SetKernelLimits(const WireLimits& limits, const Baseline& baseline, Step* failed);

}  // namespace stint
