#include "keep/precedence.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace stint {
namespace {

// The raw call: musl's function refuses all but itself, since POSIX means a process by it and Linux a thread.
bool Schedule(int policy, int priority) {
  const sched_param param{priority};
  const int before = errno;
  const bool done = syscall(SYS_sched_setscheduler, 0, policy, &param) == 0;
  errno = before;
  return done;
}

}  // namespace

void Precedence::Take() {
  if (!taken_) taken_ = Schedule(SCHED_RR | SCHED_RESET_ON_FORK, 1);
}

void Precedence::Yield() {
  if (std::exchange(taken_, false)) Schedule(SCHED_OTHER, 0);
}

}  // namespace stint
