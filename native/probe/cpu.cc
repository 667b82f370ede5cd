#include "probe/cpu.h"

#include <cerrno>
#include <csignal>

#include "support/clock.h"

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

namespace stint {

int CpuSignal() { return SIGRTMIN + 7; }

int CpuTimer::Create(int thread) {
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = CpuSignal();
  event.sigev_notify_thread_id = thread;
  return timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &timer_) == 0 ? 0 : errno;
}

int CpuTimer::Arm(std::int64_t limit_ns) {
  start_ns_ = ClockNs(CLOCK_PROCESS_CPUTIME_ID);
  itimerspec when{};
  when.it_value.tv_sec = limit_ns / kNsPerSecond;
  when.it_value.tv_nsec = limit_ns % kNsPerSecond;
  return timer_settime(timer_, 0, &when, nullptr) == 0 ? 0 : errno;
}

std::int64_t CpuTimer::Used() const { return ClockNs(CLOCK_PROCESS_CPUTIME_ID) - start_ns_; }

}  // namespace stint
