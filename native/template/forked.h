// fork(2) for workers, seen by their keeper but not by its proof that nothing is left.
#pragma once
#include <sys/types.h>

namespace stint {

/// As fork(2), for a process with one thread. The child's exit signal is SIGURG, not SIGCHLD: wait(2) then leaves it
/// out unless asked (__WALL), so ECHILD still proves that nothing of a job is left while the next worker is parked.
/// libc's fork handlers do not run. Where the libc is not known well enough, it is an ordinary fork().
pid_t ForkWorker();

/// Whether ForkWorker() makes children that wait(2) leaves out.
bool ForksUnseen();

}  // namespace stint
