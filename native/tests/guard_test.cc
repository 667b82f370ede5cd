// A guard whose time stands still right after its fork, which a tracer can do (ptrace(2), PTRACE_EVENT_FORK).
#include "keep/guard.h"

#include <sched.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "support/unique_fd.h"
#include "tests/expect.h"

namespace stint {
namespace {

/// A process whose parent ends writes who its parent is then.
void TellWhoAdopts(int out) {
  const pid_t parent = fork();
  if (parent > 0) {
    waitpid(parent, nullptr, 0);
    return;
  }
  const pid_t before = getpid();
  if (fork() > 0) _exit(0);
  while (getppid() == before) sched_yield();
  const pid_t adopter = getppid();
  _exit(write(out, &adopter, sizeof adopter) == sizeof adopter ? 0 : 1);
}

/// Never returns: the guard, or its keeper.
void Guarded(int out) {
  if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(1);
  raise(SIGSTOP);
  StandGuard();
  TellWhoAdopts(out);
  _exit(0);
}

/// Lets the process go on until its fork has a child, which is let go; false where nobody may trace.
bool StopAtFork(pid_t pid) {
  int status = 0;
  if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status)) return false;
  ptrace(PTRACE_SETOPTIONS, pid, nullptr, PTRACE_O_TRACEFORK | PTRACE_O_EXITKILL);
  ptrace(PTRACE_CONT, pid, nullptr, nullptr);
  if (waitpid(pid, &status, 0) != pid || status >> 8 != (SIGTRAP | (PTRACE_EVENT_FORK << 8))) return false;
  unsigned long child = 0;
  ptrace(PTRACE_GETEVENTMSG, pid, nullptr, &child);
  waitpid(static_cast<pid_t>(child), &status, __WALL);
  return ptrace(PTRACE_DETACH, static_cast<pid_t>(child), nullptr, nullptr) == 0;
}

/// prctl(2) marks every descendant, and may overwrite a mark that a descendant sets for itself at the same time: it has
/// to be over before there is one.
void AGuardAdoptsFromItsForkOn() {
  int ends[2];
  EXPECT(pipe(ends) == 0);
  UniqueFd in(ends[0]), out(ends[1]);
  const pid_t guard = fork();
  if (guard == 0) Guarded(out.get());
  out.Reset();
  if (!StopAtFork(guard)) {
    kill(guard, SIGKILL);
    waitpid(guard, nullptr, 0);
    return;
  }
  pid_t adopter = 0;
  EXPECT(read(in.get(), &adopter, sizeof adopter) == sizeof adopter);
  EXPECT(adopter == guard);
  ptrace(PTRACE_DETACH, guard, nullptr, nullptr);
  int status = 0;
  EXPECT(waitpid(guard, &status, 0) == guard && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

const tests::AddTests added({
    {"guard: it adopts from its fork on", AGuardAdoptsFromItsForkOn},
});

}  // namespace
}  // namespace stint
