#include "keep/precedence.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace stint {
namespace {

// The raw calls: musl's functions refuse all but themselves, since POSIX means a process by it and Linux a thread.
bool Schedule(int policy, int priority) {
  const sched_param param{priority};
  const int before = errno;
  const bool done = syscall(SYS_sched_setscheduler, 0, policy, &param) == 0;
  errno = before;
  return done;
}

/// With the flag SCHED_RESET_ON_FORK; negative where it cannot be known.
int PolicyNow() {
  const int before = errno;
  const long policy = syscall(SYS_sched_getscheduler, 0);
  errno = before;
  return static_cast<int>(policy);
}

}  // namespace

void Precedence::Take() {
  if (taken_) return;
  before_ = PolicyNow();
  const bool usual = before_ >= 0 && (before_ & ~SCHED_RESET_ON_FORK) == SCHED_OTHER;
  if (usual) taken_ = Schedule(SCHED_RR | SCHED_RESET_ON_FORK, 1);
}

/// Who has the right by RLIMIT_RTPRIO alone, or has lost it meanwhile, may go back but not take the flag away
/// (sched(7)).
void Precedence::Yield() {
  if (std::exchange(taken_, false) && !Schedule(before_, 0)) Schedule(before_ | SCHED_RESET_ON_FORK, 0);
}

}  // namespace stint
