// The keeper executable: reads its plan from kKeeperPlanFd, makes one worker or command, keeps it, and exits after its
// report. Its descriptors at start are told in support/wire.h.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "keep/exec_source.h"
#include "keep/guard.h"
#include "keep/keeper.h"
#include "keep/user_namespace.h"
#include "support/plan_blob.h"
#include "support/refusal.h"

namespace {

using stint::Failure;
using stint::Step;

/// A keeper that cannot even start says so itself.
int Refuse(Step step, int error) {
  const stint::ReportMessage report = stint::RefusalOf(step, error);
  send(stint::kKeeperControlFd, &report, sizeof report, MSG_NOSIGNAL);
  return 1;
}

/// The host's dispositions would pass through exec: an ignored signal stays ignored (execve(2)).
void ResetSignals() {
  struct sigaction standard = {};
  standard.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; number++) sigaction(number, &standard, nullptr);
}

void CloseOnExec(int from) {
  if (syscall(SYS_close_range, from, ~0u, 1u << 2 /* CLOSE_RANGE_CLOEXEC */) == 0) return;
  for (int fd = from; fd <= stint::kKeeperStdioFd + 2; fd++) fcntl(fd, F_SETFD, FD_CLOEXEC);
}

stint::StepPlan StepsOf(const stint::Plan& plan) {
  const stint::PlanHeader& header = plan.header;
  const bool command = (header.flags & stint::kPlanCommand) != 0;
  stint::StepPlan steps;
  for (int i = 0; i < 3; i++) steps.stdio[i] = stint::kKeeperStdioFd + i;
  if (!command) steps.channel = stint::kKeeperChannelFd;
  steps.cwd = plan.cwd;
  steps.nice = header.nice;
  steps.uid = header.uid;
  steps.gid = header.gid;
  steps.no_new_privs = (header.flags & stint::kPlanNoNewPrivs) != 0;
  steps.exact =
      command && (header.flags & stint::kPlanExact) != 0 && (header.without & stint::kRungAllocationTrace) == 0;
  steps.files = plan.files.data();
  steps.argv = plan.argv.data();
  steps.env = plan.env.data();
  return steps;
}

/// What this job's limits ask of control groups. A function's memory is the probe's and the keeper's sum to hold: a
/// group would charge it for Node itself, and kill where JavaScript can still be asked to stop.
stint::CgroupWish WishOf(const stint::PlanHeader& header, const stint::WireLimits& in_force) {
  const bool command = (header.flags & stint::kPlanCommand) != 0;
  stint::CgroupWish wish;
  if (command && (header.without & stint::kRungMemoryCgroup) == 0) wish.memory = in_force.memory;
  wish.cpu = (!command || in_force.cpu_ns != stint::kUnset) && (header.without & stint::kRungCpuCgroup) == 0;
  return wish;
}

stint::CgroupPlan GroupsOf(const stint::Plan& plan) {
  if (plan.header.cgroup_count == 0) return {};
  char* const* texts = plan.cgroups.data();
  return {texts[0], texts[1], texts[2], texts[3], texts[4]};
}

stint::KeeperSetup SetupOf(const stint::PlanHeader& header) {
  stint::KeeperSetup setup;
  setup.control = stint::kKeeperControlFd;
  setup.command = (header.flags & stint::kPlanCommand) != 0;
  setup.limits = header.limits;
  setup.stop_signal = header.stop_signal;
  setup.boot_ns = header.boot_ns;
  setup.without = header.without;
  setup.inherits[0] = (header.flags & stint::kPlanInheritStdin) != 0;
  setup.inherits[1] = (header.flags & stint::kPlanInheritStdout) != 0;
  setup.inherits[2] = (header.flags & stint::kPlanInheritStderr) != 0;
  return setup;
}

}  // namespace

int main() {
  stint::Plan plan;
  const int error = stint::MapPlan(stint::kKeeperPlanFd, &plan);
  if (error != 0) return Refuse(Step::kPlan, error);
  close(stint::kKeeperPlanFd);
  CloseOnExec(stint::kKeeperControlFd);
  ResetSignals();
  prctl(PR_SET_NAME, "stint-keeper");
  setsid();  // the terminal's signals are for the host, which decides
  stint::StandGuard();
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return Refuse(Step::kSubreaper, errno);
  stint::KeeperSetup setup = SetupOf(plan.header);
  stint::StepPlan steps = StepsOf(plan);
  stint::WireLimits in_force = setup.limits;
  setup.exact = steps.exact;
  stint::ClampToHardLimits(&in_force);
  if (setup.command) steps.rlimits = stint::RlimitsOfCommand(in_force);
  const bool may_unshare = stint::HasUserToCount(steps.uid);
  stint::ExecSource source(steps, !setup.command,
                           stint::ForkLadder(in_force.processes, steps.exact, plan.header.without, may_unshare));
  stint::JobCgroup cgroup;
  if (plan.header.cgroup_count > 0) {
    cgroup.Make(GroupsOf(plan), WishOf(plan.header, in_force));
    setup.cgroup = &cgroup;
    source.Into(&cgroup, GroupsOf(plan));
  }
  stint::Keeper keeper(setup, &source);
  keeper.Run();
  return 0;
}
