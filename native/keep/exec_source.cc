#include "keep/exec_source.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
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

/// The loader is watched call by call, which costs some milliseconds: only under limits that libraries come near to.
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

void Order(const Worker& worker, const ForkOrder& order) {
  send(worker.birth.get(), &order, sizeof order, MSG_NOSIGNAL);
}

}  // namespace

ExecSource::ExecSource(const StepPlan& plan, bool worker, const ForkLadder& forks)
    : plan_(plan), worker_(worker), forks_(forks) {
  plan_.forks = forks_.First();
  const bool asks = plan_.forks.filter == ForkFilter::kTrace || forks_.Undecided();
  plan_.wait_for_tracer = asks || CanBreakExec(plan_.rlimits);
}

/// Where ptrace(2) is refused (a tracer already, a container's filter), a lower rung counts instead, less exactly.
void ExecSource::Trace(Worker* worker) {
  const bool forks = forks_.WantsTracer();
  const bool may_trace = forks || CanBreakExec(plan_.rlimits);
  const int error = may_trace ? Seize(worker->pid, forks) : 0;
  worker->traced = may_trace && error == 0;
  worker->watched = CanBreakLoader(plan_.rlimits);
  if (error != 0) forks_.Missing(worker, kRungForkTrace, error);
  ForkOrder order = plan_.forks;
  const bool asks = order.filter == ForkFilter::kTrace && !(forks && worker->traced);
  if (asks || forks_.Undecided()) order = forks_.Next(worker);
  worker->filter = order.filter;
  Order(*worker, order);
}

bool ExecSource::Lower(Worker* worker, const Failure& failure) {
  if (failure.step == Step::kUserNamespace) {
    forks_.Missing(worker, kRungUserNamespace, failure.error);
  } else if (failure.step == Step::kSeccomp && worker->filter != ForkFilter::kNone) {
    forks_.Missing(worker, kRungForkListener, failure.error);
    forks_.Missing(worker, kRungForkTrace, failure.error);
  } else {
    return false;
  }
  const ForkOrder order = forks_.Next(worker);
  worker->filter = order.filter;
  Order(*worker, order);
  return true;
}

/// A plain fork, without libc's handlers: the child makes only system calls. Into a group of v2 at once where the
/// kernel can (5.7, and no filter that hides clone3); else through its door.
long ExecSource::Clone() {
  if (cgroup_ == nullptr) return syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  const JobCgroup::Doors& doors = cgroup_->doors();
  std::copy_n(doors.tasks, 3, plan_.doors);
  if (doors.unified >= 0) {
    clone_args args{};
    args.flags = CLONE_INTO_CGROUP;
    args.exit_signal = SIGCHLD;
    args.cgroup = static_cast<std::uint64_t>(doors.unified);
    const long pid = syscall(SYS_clone3, &args, sizeof args);
    if (pid >= 0) return pid;
  }
  plan_.doors[3] = doors.unified_procs;
  return syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
}

Birth ExecSource::Make(Worker* worker, Failure* failure) {
  UniqueFd evidence, birth;
  worker->filter = plan_.forks.filter;
  worker->held = forks_.Holds();
  if (!OpenBirth(&worker->birth, &birth) || (worker_ && !(OpenEvidence(worker, &evidence) && MoveUp(&evidence)))) {
    *failure = {Step::kKeeper, errno};
    return Birth::kFailed;
  }
  plan_.keeper = getpid();
  plan_.birth = birth.get();
  plan_.evidence = evidence.get();
  const long pid = Clone();
  if (pid == 0) RunSteps(plan_);
  if (pid < 0) {
    *failure = {Step::kFork, errno};
    return Birth::kFailed;
  }
  worker->pid = static_cast<pid_t>(pid);
  CloseHandedOver();
  if (cgroup_ != nullptr) cgroup_->CloseDoors();
  if (plan_.wait_for_tracer) Trace(worker);
  return Birth::kParent;
}

/// The job's alone from now on: its end of a pipe or of the channel must close when the job closes it.
void ExecSource::CloseHandedOver() {
  for (const int fd : plan_.stdio) close(fd);
  if (plan_.channel >= 0) close(plan_.channel);
}

}  // namespace stint
