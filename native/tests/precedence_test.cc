// Whose policy is taken and given back: in children, since a test's own policy is its caller's. Without the right to a
// real-time policy nothing may change, which is what these tests then see.
#include "keep/precedence.h"

#include <linux/capability.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/unique_fd.h"
#include "tests/expect.h"

namespace stint {
namespace {

/// Policies with their flag, and what else belongs to them.
struct Seen {
  int before = -1;
  int during = -1;
  int after = -1;
  int priority = -1;  // real-time, at the end
  int nice = -1;      // at the end
};

struct Start {
  int policy;
  int priority = 0;
  int nice = 0;
  bool loses_right = false;  // before it yields
};

int Policy() { return static_cast<int>(syscall(SYS_sched_getscheduler, 0)); }

void LoseRight() {
  __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2]{};
  syscall(SYS_capset, &head, none);
}

Seen Observe(const Start& start) {
  const sched_param param{start.priority};
  syscall(SYS_sched_setscheduler, 0, start.policy, &param);
  setpriority(PRIO_PROCESS, 0, start.nice);
  Seen seen;
  seen.before = Policy();
  Precedence precedence;
  precedence.Take();
  seen.during = Policy();
  if (start.loses_right) LoseRight();
  precedence.Yield();
  seen.after = Policy();
  sched_param now{};
  syscall(SYS_sched_getparam, 0, &now);
  seen.priority = now.sched_priority;
  seen.nice = getpriority(PRIO_PROCESS, 0);
  return seen;
}

Seen InChild(const Start& start) {
  int ends[2];
  Seen seen;
  if (pipe(ends) != 0) return seen;
  UniqueFd in(ends[0]), out(ends[1]);
  const pid_t child = fork();
  if (child == 0) {
    seen = Observe(start);
    _exit(write(out.get(), &seen, sizeof seen) == sizeof seen ? 0 : 1);
  }
  out.Reset();
  if (read(in.get(), &seen, sizeof seen) != sizeof seen) seen = Seen();
  waitpid(child, nullptr, 0);
  return seen;
}

bool MayHaveRealTime() { return InChild({SCHED_RR, 1}).before == SCHED_RR; }

void TheUsualPolicyIsLeftAndComesBack() {
  const Seen seen = InChild({SCHED_OTHER, 0, 3});
  EXPECT(seen.before == SCHED_OTHER && seen.after == SCHED_OTHER);
  EXPECT(seen.during == (MayHaveRealTime() ? SCHED_RR | SCHED_RESET_ON_FORK : SCHED_OTHER));
  EXPECT(seen.priority == 0 && seen.nice == 3);
}

void TheFlagComesBack() {
  const Seen seen = InChild({SCHED_OTHER | SCHED_RESET_ON_FORK});
  EXPECT(seen.before == (SCHED_OTHER | SCHED_RESET_ON_FORK) && seen.after == seen.before);
}

void AnotherPolicyIsLeftAlone() {
  for (const Start& start : {Start{SCHED_BATCH}, Start{SCHED_IDLE}, Start{SCHED_BATCH | SCHED_RESET_ON_FORK}}) {
    const Seen seen = InChild(start);
    EXPECT(seen.before == start.policy && seen.during == start.policy && seen.after == start.policy);
  }
}

void ARealTimePolicyIsLeftAlone() {
  if (!MayHaveRealTime()) return;
  for (const Start& start : {Start{SCHED_FIFO, 7}, Start{SCHED_RR, 7}}) {
    const Seen seen = InChild(start);
    EXPECT(seen.before == start.policy && seen.during == start.policy && seen.after == start.policy);
    EXPECT(seen.priority == 7);
  }
}

void WhoLostTheRightGoesBackAllTheSame() {
  Start start{SCHED_OTHER};
  start.loses_right = true;
  const Seen seen = InChild(start);
  EXPECT((seen.after & ~SCHED_RESET_ON_FORK) == SCHED_OTHER && seen.priority == 0);
}

const tests::AddTests added({
    {"precedence: the usual policy is left and comes back", TheUsualPolicyIsLeftAndComesBack},
    {"precedence: the flag comes back", TheFlagComesBack},
    {"precedence: another policy is left alone", AnotherPolicyIsLeftAlone},
    {"precedence: a real-time policy is left alone", ARealTimePolicyIsLeftAlone},
    {"precedence: who lost the right goes back all the same", WhoLostTheRightGoesBackAllTheSame},
});

}  // namespace
}  // namespace stint
