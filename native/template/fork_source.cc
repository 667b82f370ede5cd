#include "template/fork_source.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>

#include "template/forked.h"

namespace stint {

/// In the worker. The keeper may have died before prctl(2) stood: then its number is no longer the parent's.
void ForkSource::Settle(pid_t keeper) const {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != keeper) _exit(1);
  setsid();
  sigprocmask(SIG_SETMASK, &mask_, nullptr);
}

Birth ForkSource::Make(Worker* worker, Failure* failure) {
  UniqueFd evidence;
  if (!OpenEvidence(worker, &evidence)) {
    *failure = {Step::kKeeper, errno};
    return Birth::kFailed;
  }
  const pid_t keeper = getpid();
  const pid_t pid = ForkWorker();
  if (pid < 0) {
    *failure = {Step::kFork, errno};
    return Birth::kFailed;
  }
  if (pid == 0) {
    Settle(keeper);
    worker->evidence = std::move(evidence);
    return Birth::kChild;
  }
  worker->pid = pid;
  return Birth::kParent;
}

}  // namespace stint
