#include "keep/exec_source.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace stint {
namespace {

constexpr int kAboveReplaced = 10;  // descriptors 0 to 4 are replaced in the child, 5 to 8 are what replaces them

/// Duplicates a descriptor above those that the steps replace. False with errno.
bool MoveUp(UniqueFd* fd) {
  if (fd->get() >= kAboveReplaced) return true;
  const int moved = fcntl(fd->get(), F_DUPFD_CLOEXEC, kAboveReplaced);
  if (moved >= 0) fd->Reset(moved);
  return moved >= 0;
}

bool OpenBirth(UniqueFd* keeper, UniqueFd* child) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return false;
  keeper->Reset(ends[0]);
  child->Reset(ends[1]);
  return MoveUp(child);
}

}  // namespace

Birth ExecSource::Make(Worker* worker, Failure* failure) {
  UniqueFd evidence, birth;
  if (!OpenBirth(&worker->birth, &birth) || (worker_ && !(OpenEvidence(worker, &evidence) && MoveUp(&evidence)))) {
    *failure = {Step::kKeeper, errno};
    return Birth::kFailed;
  }
  plan_.keeper = getpid();
  plan_.birth = birth.get();
  plan_.evidence = evidence.get();
  // A plain fork, without libc's handlers: the child makes only system calls.
  const long pid = syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (pid == 0) RunSteps(plan_);
  if (pid < 0) {
    *failure = {Step::kFork, errno};
    return Birth::kFailed;
  }
  worker->pid = static_cast<pid_t>(pid);
  CloseHandedOver();
  return Birth::kParent;
}

/// The job's alone from now on: its end of a pipe or of the channel must close when the job closes it.
void ExecSource::CloseHandedOver() {
  for (const int fd : plan_.stdio) close(fd);
  if (plan_.channel >= 0) close(plan_.channel);
}

}  // namespace stint
