#include "keep/guard.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>

#include "keep/tree.h"
#include "support/clock.h"

namespace stint {
namespace {

constexpr std::int64_t kGiveUpNs = 5 * kNsPerSecond;
constexpr long kGapNs = 300 * 1000;

/// The host's and the job's descriptors: an end of a socket or pipe that stayed open here would never be at its end.
void CloseAll() {
  if (syscall(SYS_close_range, 0, ~0u, 0) == 0) return;
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  for (rlim_t fd = 0; fd < limit.rlim_cur; fd++) close(static_cast<int>(fd));
}

constexpr std::int64_t kReapRoundNs = 25 * kNsPerMs;

/// True when no child is left. Children that end as fast as they are waited for are not waited for all at once.
bool ReapSome() {
  for (const std::int64_t until = MonotonicNs() + kReapRoundNs; MonotonicNs() < until;) {
    siginfo_t info{};
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG) != 0) return errno == ECHILD;
    if (info.si_pid == 0) return false;
  }
  return false;
}

/// Every living descendant is a child, or becomes one when its parent dies.
void KillOrphans(pid_t keeper) {
  const std::int64_t give_up_at = MonotonicNs() + kGiveUpNs;
  Tree tree;
  tree.Begin(getpid(), keeper, MonotonicNs());
  for (std::int64_t now = 0; !ReapSome() && now < give_up_at;) {
    now = MonotonicNs();
    if (!tree.ScanAndKill(now)) return;
    for (const Member& member : tree.members()) kill(member.pid, SIGKILL);
    tree.ScanAllNext();
    const timespec gap{0, kGapNs};
    nanosleep(&gap, nullptr);
  }
}

/// As the keeper did: the host reads it.
[[noreturn]] void EndBy(int signal) {
  sigset_t all;
  sigfillset(&all);
  std::signal(signal, SIG_DFL);
  kill(getpid(), signal);
  sigprocmask(SIG_UNBLOCK, &all, nullptr);
  _exit(128 + signal);
}

[[noreturn]] void Guard(pid_t keeper) {
  for (;;) {
    siginfo_t info{};
    if (waitid(P_ALL, 0, &info, WEXITED | WSTOPPED) != 0) _exit(1);
    if (info.si_pid != keeper) continue;
    if (info.si_code == CLD_STOPPED) {
      kill(keeper, SIGCONT);
      continue;
    }
    if (info.si_code == CLD_EXITED) _exit(info.si_status);
    KillOrphans(keeper);
    EndBy(info.si_status);
  }
}

}  // namespace

void StandGuard() {
  // Before there is a keeper: PR_SET_CHILD_SUBREAPER marks all descendants, too, in the very word of the kernel's in
  // which a keeper marks itself. Both at once, and the keeper's own mark could be lost, its orphans the guard's
  // (kernel/sys.c).
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);  // the guard ends when its keeper has ended
  const pid_t keeper = fork();
  if (keeper <= 0) {
    sigprocmask(SIG_SETMASK, &before, nullptr);
    return;
  }
  CloseAll();
  prctl(PR_SET_NAME, "stint-guard");
  Guard(keeper);
}

}  // namespace stint
