#include "template/fork_source.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>

#include "template/forked.h"

namespace stint {

namespace {

/// In the worker. The keeper may have died before prctl(2) stood: then its number is no longer the parent's.
void Settle(pid_t keeper) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != keeper) _exit(1);
  setsid();
}

}  // namespace

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
