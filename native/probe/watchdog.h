// A thread of its own that waits for the CPU timer and for the keeper, whatever the main thread does. Small stack, all
// signals blocked but while it waits, no allocation of its own. Started when the worker is parked, so that no call has
// to wait for it, and never in a template: a fork would not copy it.
#pragma once
#include <semaphore.h>

#include <cstdint>
#include <ctime>

#include "probe/cpu.h"
#include "support/wire.h"

namespace stint {

class Watchdog {
 public:
  /// Idempotent. 0 or an errno.
  int Start();
  /// Begins to count CPU time. 0 or an errno.
  int LimitCpu(std::int64_t limit_ns) { return timer_.Arm(limit_ns); }
  /// Waits for the keeper's answer to a Begin that asked. Its value, or -ETIMEDOUT.
  int AwaitGo();

 private:
  static void* Main(void* self);
  void Loop();
  void OnCpu();
  void OnKeeper();
  void OnSoftStop(const EvidenceMessage& message);
  timespec Timeout() const;
  void CheckOverdue();

  sem_t started_{};
  sem_t gone_ahead_{};
  int go_ = 0;
  int thread_ = 0;
  CpuTimer timer_;
  std::int64_t overdue_ns_ = 0;  // when a function that listens must have yielded; 0 = no such time
};

Watchdog& TheWatchdog();

}  // namespace stint
