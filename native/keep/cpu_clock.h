// The CPU clock of a process, as clock_getcpuclockid(3) makes it, without its check that the process exists.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <ctime>

#include "support/clock.h"

namespace stint {

inline clockid_t CpuClockOf(pid_t pid) {
  constexpr clockid_t kScheduled = 2;  // CPUCLOCK_SCHED
  return static_cast<clockid_t>((~static_cast<unsigned>(pid) << 3) | kScheduled);
}

/// CPU time of a process with all its threads, -1 when it is gone.
inline std::int64_t CpuTimeOf(pid_t pid) { return ClockNs(CpuClockOf(pid)); }

/// Whether the number is that of a process, living or not yet waited for, and not of one of its other threads: only
/// the leader has that clock.
inline bool IsProcess(pid_t tid) { return CpuTimeOf(tid) >= 0; }

}  // namespace stint
