// Clocks in nanoseconds.
#pragma once
#include <cstdint>
#include <ctime>

namespace stint {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kNsPerMs = 1'000'000;

/// The time of a clock (clock_gettime(2)) in ns, or -1 where the clock cannot be read (its process is gone).
inline std::int64_t ClockNs(clockid_t clock) {
  timespec now{};
  if (clock_gettime(clock, &now) != 0) return -1;
  return static_cast<std::int64_t>(now.tv_sec) * kNsPerSecond + now.tv_nsec;
}

/// CLOCK_MONOTONIC: the one clock of all records, alike in host, keeper and worker.
inline std::int64_t MonotonicNs() { return ClockNs(CLOCK_MONOTONIC); }

}  // namespace stint
