// The job's CPU time, watched by the worker's own clock: exact to the millisecond where RLIMIT_CPU counts seconds.
#pragma once
#include <cstdint>
#include <ctime>

namespace stint {

/// Signal of the CPU timer. Sent to the watchdog thread alone (SIGEV_THREAD_ID), whose wait it interrupts.
int CpuSignal();

class CpuTimer {
 public:
  /// Makes the timer, which signals `thread` (timer_create(2), CLOCK_PROCESS_CPUTIME_ID). 0 or an errno.
  int Create(int thread);
  /// Has the thread signalled once the process has used `limit_ns` more. 0 or an errno.
  int Arm(std::int64_t limit_ns);
  /// CPU time used since Arm, in ns.
  std::int64_t Used() const;

 private:
  timer_t timer_ = nullptr;
  std::int64_t start_ns_ = 0;
};

}  // namespace stint
