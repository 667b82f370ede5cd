#include "keep/exec_source.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "keep/ptrace_calls.h"

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

/// Limits on memory can make exec fail after its point of no return, by a signal: only PTRACE_EVENT_EXEC tells then
/// that it succeeded.
bool CanBreakExec(const RlimitPlan& rlimits) {
  for (int i = 0; i < rlimits.count; i++) {
    const int resource = rlimits.orders[i].resource;
    if (resource == RLIMIT_AS || resource == RLIMIT_DATA || resource == RLIMIT_STACK) return true;
  }
  return false;
}

/// The loader is watched call by call, which costs up to a millisecond: only under limits that libraries come near to.
bool CanBreakLoader(const RlimitPlan& rlimits) {
  constexpr rlim_t kAmpleData = 64 << 20;
  constexpr rlim_t kAmpleAddresses = 1 << 30;
  for (int i = 0; i < rlimits.count; i++) {
    const RlimitOrder& order = rlimits.orders[i];
    if (order.resource == RLIMIT_DATA && order.value.rlim_cur < kAmpleData) return true;
    if (order.resource == RLIMIT_AS && order.value.rlim_cur < kAmpleAddresses) return true;
  }
  return false;
}

ForkFilter FilterFor(std::int64_t processes) {
  if (processes == kUnset) return ForkFilter::kNone;
  return processes == 0 ? ForkFilter::kDeny : ForkFilter::kTrace;
}

}  // namespace

ExecSource::ExecSource(const StepPlan& plan, bool worker, std::int64_t processes) : plan_(plan), worker_(worker) {
  plan_.filter = FilterFor(processes);
  plan_.wait_for_tracer = plan_.filter == ForkFilter::kTrace || CanBreakExec(plan_.rlimits);
}

/// Where ptrace(2) is refused (a tracer already, a container's filter), a listener counts instead, less exactly.
void ExecSource::Trace(Worker* worker) {
  const bool forks = plan_.filter == ForkFilter::kTrace;
  worker->traced = Seize(worker->pid, forks) == 0;
  worker->watched = CanBreakLoader(plan_.rlimits);
  if (forks && !worker->traced) worker->filter = ForkFilter::kDeny;
  send(worker->birth.get(), &worker->filter, sizeof worker->filter, MSG_NOSIGNAL);
}

Birth ExecSource::Make(Worker* worker, Failure* failure) {
  UniqueFd evidence, birth;
  worker->filter = plan_.filter;
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
  if (plan_.wait_for_tracer) Trace(worker);
  return Birth::kParent;
}

/// The job's alone from now on: its end of a pipe or of the channel must close when the job closes it.
void ExecSource::CloseHandedOver() {
  for (const int fd : plan_.stdio) close(fd);
  if (plan_.channel >= 0) close(plan_.channel);
}

}  // namespace stint
