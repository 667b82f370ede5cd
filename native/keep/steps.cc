// Rules here: the child shares nothing but descriptors with the keeper and runs only this until exec. No allocation,
// no locks, no stdio, only system calls. Each step says in its comment why it stands where it stands.
#include "keep/steps.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "keep/allocation_watch.h"
#include "keep/user_namespace.h"
#include "support/rights.h"

namespace stint {
namespace {

void Tell(const StepPlan& plan, Step step, int error) {
  const Failure failure{step, error};
  send(plan.birth, &failure, sizeof failure, MSG_NOSIGNAL);
}

[[noreturn]] void Fail(const StepPlan& plan, Step step, int error) {
  Tell(plan, step, error);
  _exit(127);
}

void Check(const StepPlan& plan, Step step, bool ok) {
  if (!ok) Fail(plan, step, errno);
}

/// dup2(2) onto itself would leave close-on-exec set.
bool Place(int from, int to) { return from == to ? fcntl(to, F_SETFD, 0) == 0 : dup2(from, to) == to; }

/// The raw calls: glibc's wrappers would signal threads that this process does not have.
void SetIds(const StepPlan& plan) {
  if (plan.uid < 0 && plan.gid < 0) return;
  // Groups first: setgroups(2) and setgid(2) need the privileges that setuid(2) gives up. Without CAP_SETGID
  // (an unprivileged host naming its own ids) the groups stay.
  if (syscall(SYS_setgroups, 0, nullptr) != 0 && errno != EPERM) Fail(plan, Step::kGroups, errno);
  if (plan.gid >= 0) Check(plan, Step::kGid, syscall(SYS_setresgid, plan.gid, plan.gid, plan.gid) == 0);
  if (plan.uid >= 0) Check(plan, Step::kUid, syscall(SYS_setresuid, plan.uid, plan.uid, plan.uid) == 0);
}

/// After setuid(2), since a change of credentials clears it (prctl(2), PR_SET_PDEATHSIG).
void DieWithKeeper(const StepPlan& plan) {
  Check(plan, Step::kParentDeath, prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
  if (getppid() != plan.keeper) _exit(127);  // it died before the line above
}

/// What the keeper says of forks, once it has tried to trace this process, or has heard what cannot be had.
ForkOrder WaitForOrder(const StepPlan& plan) {
  ForkOrder order;
  while (recv(plan.birth, &order, sizeof order, 0) != static_cast<ssize_t>(sizeof order)) {
    if (errno != EINTR) Fail(plan, Step::kPtrace, errno);
  }
  if (order.give_up) _exit(127);
  return order;
}

/// First of all steps: the groups' descriptors may have numbers that stdio is about to take, and what the later steps
/// use counts. A group that cannot be entered is done without: the keeper looks (Keeper::Executed).
void EnterGroups(const StepPlan& plan) {
  for (const int door : plan.doors) {
    if (door >= 0 && write(door, "0", 1) != 1) continue;
  }
}

/// A filter set by a privileged child stays; one without privileges needs no_new_privs. 0, or the errno of seccomp(2).
int SetFilter(const StepPlan& plan, ForkFilter filter) {
  if (filter == ForkFilter::kNone) return 0;
  int listener = InstallForkFilter(filter);
  if (listener == -EACCES) {
    Check(plan, Step::kNoNewPrivs, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    listener = InstallForkFilter(filter);
  }
  if (listener < 0) return -listener;
  if (filter == ForkFilter::kDeny) Check(plan, Step::kSeccomp, SendWithDescriptor(plan.birth, Failure{}, listener));
  if (filter != ForkFilter::kTrace || !plan.exact) return 0;
  if (const int error = InstallAllocationFilter(); error != 0) Fail(plan, Step::kSeccomp, error);
  return 0;
}

/// After the ids, which a filter or a namespace would hinder. What this machine refuses is told to the keeper, which
/// names the next rung.
void HoldForks(const StepPlan& plan) {
  if (plan.no_new_privs) Check(plan, Step::kNoNewPrivs, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  ForkOrder order = plan.wait_for_tracer ? WaitForOrder(plan) : plan.forks;
  for (;;) {
    const bool apart = order.tasks != kUnset;
    bool entered = false;
    const int error = apart ? EnterUserNamespace(order.tasks, &entered) : SetFilter(plan, order.filter);
    if (error == 0) return;
    if (entered) Fail(plan, Step::kUserNamespace, error);  // there is no way back
    Tell(plan, apart ? Step::kUserNamespace : Step::kSeccomp, error);
    order = WaitForOrder(plan);
  }
}

/// As execvp(3) goes on along PATH: a file that is missing or not ours to run is passed over, EACCES is remembered.
/// There is no shell for ENOEXEC.
[[noreturn]] void Exec(const StepPlan& plan) {
  int error = ENOENT;
  for (char* const* file = plan.files; *file != nullptr; file++) {
    execve(*file, plan.argv, plan.env);
    if (errno == EACCES) error = EACCES;
    if (errno != EACCES && errno != ENOENT && errno != ENOTDIR) Fail(plan, Step::kExec, errno);
  }
  Fail(plan, Step::kExec, error);
}

}  // namespace

void RunSteps(const StepPlan& plan) {
  EnterGroups(plan);
  // A session of its own: the terminal's signals are the host's to pass on.
  Check(plan, Step::kSession, setsid() >= 0);
  for (int i = 0; i < 3; i++) Check(plan, Step::kStdio, Place(plan.stdio[i], i));
  if (plan.channel >= 0) Check(plan, Step::kStdio, Place(plan.channel, kWorkerChannelFd));
  if (plan.evidence >= 0) Check(plan, Step::kStdio, Place(plan.evidence, kWorkerEvidenceFd));
  if (plan.cwd[0] != '\0') Check(plan, Step::kCwd, chdir(plan.cwd) == 0);
  if (plan.nice != 0) {
    const int now = 20 - static_cast<int>(syscall(SYS_getpriority, 0, 0));
    Check(plan, Step::kNice, syscall(SYS_setpriority, 0, 0, now + plan.nice) == 0);
  }
  SetIds(plan);
  DieWithKeeper(plan);
  HoldForks(plan);
  // After the filter, whose listener needs a free descriptor; late, so that no step runs under a limit it was not asked
  // to.
  for (int i = 0; i < plan.rlimits.count; i++) {
    const RlimitOrder& order = plan.rlimits.orders[i];
    Check(plan, order.step, syscall(SYS_prlimit64, 0, order.resource, &order.value, nullptr) == 0);
  }
  sigset_t none;
  sigemptyset(&none);
  Check(plan, Step::kSignals, sigprocmask(SIG_SETMASK, &none, nullptr) == 0);
  Exec(plan);
}

}  // namespace stint
