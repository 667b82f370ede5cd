// RULES of this file. From clone(2) to execve(2) the child runs in the host's own memory (CLONE_VM), on a pad of its
// own (launchpad.h), while all of the host's threads run on. So the child
//   - allocates nothing, takes no lock, calls no libc function that might: only raw system calls, whose symbols the
//     host has bound before;
//   - writes to its own pad, nothing else: errno, too, lies there;
//   - runs no signal handler of the host: all signals are blocked before the clone, and stay so. execve(2) turns
//     handlers into defaults but keeps the mask and what is ignored (Node ignores SIGPIPE and SIGXFSZ): the keeper
//     sets both right, at a time when no host waits for it;
//   - is not instrumented: execve(2) never returns, so a sanitizer's marks on the stack's frames would stay behind in
//     the host's memory;
//   - is a flat list of steps; the first that fails is told to the host as a keeper's report, and ends the child.
// CLONE_VFORK would make the host wait for all this and for the exec, some tenths of a millisecond.
// Descriptors, dispositions and the signal mask are the child's own (neither CLONE_FILES nor CLONE_SIGHAND).
#include "launch/clone_keeper.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <mutex>

#include "launch/launchpad.h"
#include "support/refusal.h"
#include "support/unsanitized.h"

namespace stint {
namespace {

constexpr int kFirstTemporary = 16;  // above all targets (3 to 8): moving one never overwrites another
constexpr int kFirstClosed = kKeeperStdioFd + 3;

struct Failure {
  Step step;
  int error;
};
constexpr Failure kNoFailure{Step::kNone, 0};

STINT_UNSANITIZED Failure FailedAt(Step step) { return {step, errno}; }

STINT_UNSANITIZED Failure MoveDescriptors(Launchpad* pad) {
  long temporary[kKeeperFds];
  pad->control = pad->fds[0];
  for (int i = 0; i < kKeeperFds; i++) {
    temporary[i] = pad->fds[i] < 0 ? -1 : syscall(SYS_fcntl, pad->fds[i], F_DUPFD_CLOEXEC, kFirstTemporary);
    if (pad->fds[i] >= 0 && temporary[i] < 0) return FailedAt(Step::kStdio);
  }
  pad->control = static_cast<int>(temporary[0]);
  for (int i = 0; i < kKeeperFds; i++) {
    const int target = kKeeperControlFd + i;
    if (temporary[i] < 0) {
      syscall(SYS_close, target);  // a descriptor of the host's, which must not take the place of an absent one
    } else if (syscall(SYS_dup3, temporary[i], target, 0) < 0) {
      return FailedAt(Step::kStdio);
    }
  }
  pad->control = kKeeperControlFd;
  return kNoFailure;
}

/// Node marks its own 0, 1 and 2 close-on-exec (uv_disable_stdio_inheritance): the keeper needs them, to restore them.
/// A host may have closed one: that is no failure.
STINT_UNSANITIZED void KeepStdio() {
  for (int fd = 0; fd < kKeeperControlFd; fd++) syscall(SYS_fcntl, fd, F_SETFD, 0);
}

/// The host's other descriptors, close-on-exec or not. Before Linux 5.9 there is no close_range(2): one by one.
STINT_UNSANITIZED Failure CloseOthers() {
  if (syscall(SYS_close_range, kFirstClosed, ~0U, 0) == 0) return kNoFailure;
  if (errno != ENOSYS) return FailedAt(Step::kStdio);
  std::uint64_t limit[2];  // struct rlimit64
  if (syscall(SYS_prlimit64, 0, 7 /* RLIMIT_NOFILE */, nullptr, limit) != 0) return FailedAt(Step::kStdio);
  for (std::uint64_t fd = kFirstClosed; fd < limit[0]; fd++) syscall(SYS_close, static_cast<int>(fd));
  return kNoFailure;
}

STINT_UNSANITIZED Failure ExecKeeper(const char* keeper) {
  char name[] = "stint-keeper";
  char* argv[] = {name, nullptr};
  char* environment[] = {nullptr};
  syscall(SYS_execve, keeper, argv, environment);
  return FailedAt(Step::kKeeper);
}

STINT_UNSANITIZED int Child(void* argument) {
  auto* pad = static_cast<Launchpad*>(argument);
  Failure failure = MoveDescriptors(pad);
  KeepStdio();
  if (failure.step == Step::kNone) failure = CloseOthers();
  if (failure.step == Step::kNone) failure = ExecKeeper(pad->keeper);
  pad->refusal.failed_step = failure.step;
  pad->refusal.failed_errno = failure.error;
  syscall(SYS_sendto, pad->control, &pad->refusal, sizeof pad->refusal, MSG_NOSIGNAL, nullptr, 0);
  syscall(SYS_exit_group, 127);
  return 127;
}

// ---- From here on, code of the host.

/// Blocks every signal in this thread, those that libc keeps for itself (32, 33) included.
class AllSignalsBlocked {
 public:
  AllSignalsBlocked() {
    const std::uint64_t all = ~std::uint64_t{0};
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before_, sizeof all);
  }
  ~AllSignalsBlocked() { syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before_, nullptr, sizeof before_); }
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

 private:
  std::uint64_t before_ = 0;
};

/// All that the child needs, where it outlives this call. False: the path is too long.
bool Load(const CloneRequest& request, Launchpad* pad) {
  const std::size_t length = std::strlen(request.keeper);
  if (length >= sizeof pad->keeper) return false;
  std::memcpy(pad->keeper, request.keeper, length + 1);
  std::copy_n(request.fds, kKeeperFds, pad->fds);
  pad->refusal = RefusalOf(Step::kNone, 0);
  return true;
}

/// Its process id, or -1 with errno.
pid_t Clone(Launchpad* pad, int* pidfd) {
  constexpr int kFlags = CLONE_VM | CLONE_PIDFD | CLONE_SETTLS | CLONE_CHILD_CLEARTID | SIGCHLD;
  errno = 0;  // binds the symbol that the child uses, as the next line does with that of syscall(2)
  const AllSignalsBlocked blocked;
  pad->tid = 1;
  const pid_t pid = clone(Child, pad->stack_top, kFlags, pad, pidfd, pad->thread_pointer, &pad->tid);
  if (pid < 0) pad->tid = 0;
  return pid;
}

CloneResult Failed(int error) {
  CloneResult result;
  result.error = error;
  return result;
}

}  // namespace

CloneResult CloneKeeper(const CloneRequest& request) {
  static std::mutex mutex;
  static Launchpads pads;
  const std::lock_guard lock(mutex);
  Launchpad* pad = pads.Free();
  if (pad == nullptr) return Failed(errno);
  if (!Load(request, pad)) return Failed(ENAMETOOLONG);
  int pidfd = -1;
  const pid_t pid = Clone(pad, &pidfd);
  if (pid < 0) return Failed(errno);
  CloneResult result;
  result.pid = pid;
  result.pidfd = UniqueFd(pidfd);
  return result;
}

}  // namespace stint
