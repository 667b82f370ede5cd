// RULES of this file. From clone(2) to execve(2) the child runs in the host's own memory (CLONE_VM), on a stack of its
// own, while the calling thread stands still (CLONE_VFORK) and the host's other threads run on. So the child
//   - allocates nothing, takes no lock, calls no libc function that might: only raw system calls;
//   - writes to its own stack and to `Shared`, nothing else;
//   - runs no signal handler of the host: all signals are blocked before the clone, and stay so. execve(2) turns
//     handlers into defaults but keeps the mask and what is ignored (Node ignores SIGPIPE and SIGXFSZ): the keeper
//     sets both right, at a time when no host waits for it;
//   - is not instrumented: execve(2) never returns, so a sanitizer's marks on the stack's frames would stay behind in
//     the host's memory;
//   - is a flat list of steps; the first that fails is told in `Shared` and ends the child.
// Descriptors, dispositions and the signal mask are the child's own (neither CLONE_FILES nor CLONE_SIGHAND).
#include "launch/clone_keeper.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <cerrno>
#include <csignal>
#include <cstdint>

#include "support/pidfd.h"

namespace stint {
namespace {

constexpr std::size_t kStackSize = 64 * 1024;
constexpr int kFirstTemporary = 16;  // above all targets (3 to 8): moving one never overwrites another
constexpr int kFirstClosed = kKeeperStdioFd + 3;

#define STINT_CHILD __attribute__((no_sanitize("address", "undefined")))

struct Shared {
  const CloneRequest* request;
  Step step;
  int error;
};

struct Failure {
  Step step;
  int error;
};
constexpr Failure kNoFailure{Step::kNone, 0};

STINT_CHILD Failure FailedAt(Step step) { return {step, errno}; }

STINT_CHILD Failure MoveDescriptors(const int* fds) {
  long temporary[kKeeperFds];
  for (int i = 0; i < kKeeperFds; i++) {
    temporary[i] = fds[i] < 0 ? -1 : syscall(SYS_fcntl, fds[i], F_DUPFD_CLOEXEC, kFirstTemporary);
    if (fds[i] >= 0 && temporary[i] < 0) return FailedAt(Step::kStdio);
  }
  for (int i = 0; i < kKeeperFds; i++) {
    const int target = kKeeperControlFd + i;
    if (temporary[i] < 0) {
      syscall(SYS_close, target);  // a descriptor of the host's, which must not take the place of an absent one
    } else if (syscall(SYS_dup3, temporary[i], target, 0) < 0) {
      return FailedAt(Step::kStdio);
    }
  }
  return kNoFailure;
}

/// Node marks its own 0, 1 and 2 close-on-exec (uv_disable_stdio_inheritance): the keeper needs them, to restore them.
/// A host may have closed one: that is no failure.
STINT_CHILD void KeepStdio() {
  for (int fd = 0; fd < kKeeperControlFd; fd++) syscall(SYS_fcntl, fd, F_SETFD, 0);
}

/// The host's other descriptors, close-on-exec or not. Before Linux 5.9 there is no close_range(2): one by one.
STINT_CHILD Failure CloseOthers() {
  if (syscall(SYS_close_range, kFirstClosed, ~0U, 0) == 0) return kNoFailure;
  if (errno != ENOSYS) return FailedAt(Step::kStdio);
  std::uint64_t limit[2];  // struct rlimit64
  if (syscall(SYS_prlimit64, 0, 7 /* RLIMIT_NOFILE */, nullptr, limit) != 0) return FailedAt(Step::kStdio);
  for (std::uint64_t fd = kFirstClosed; fd < limit[0]; fd++) syscall(SYS_close, static_cast<int>(fd));
  return kNoFailure;
}

STINT_CHILD Failure ExecKeeper(const char* keeper) {
  char name[] = "stint-keeper";
  char* argv[] = {name, nullptr};
  char* environment[] = {nullptr};
  syscall(SYS_execve, keeper, argv, environment);
  return FailedAt(Step::kKeeper);
}

STINT_CHILD int Child(void* argument) {
  auto* shared = static_cast<Shared*>(argument);
  Failure failure = MoveDescriptors(shared->request->fds);
  KeepStdio();
  if (failure.step == Step::kNone) failure = CloseOthers();
  if (failure.step == Step::kNone) failure = ExecKeeper(shared->request->keeper);
  shared->step = failure.step;
  shared->error = failure.error;
  syscall(SYS_exit_group, 127);
  return 127;
}

#undef STINT_CHILD

// ---- From here on, code of the host.

/// A stack with a guard page below.
class ChildStack {
 public:
  ChildStack()
      : base_(mmap(nullptr, kStackSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0)) {
    if (valid()) mprotect(base_, 4096, PROT_NONE);
  }
  ~ChildStack() {
    if (valid()) munmap(base_, kStackSize);
  }
  ChildStack(const ChildStack&) = delete;
  ChildStack& operator=(const ChildStack&) = delete;

  bool valid() const { return base_ != MAP_FAILED; }
  void* top() const { return static_cast<char*>(base_) + kStackSize; }

 private:
  void* base_;
};

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

void Reap(int pidfd) {
  siginfo_t info;
  while (WaitPidfd(pidfd, &info, WEXITED) != 0 && errno == EINTR) {
  }
}

CloneResult Failed(Step step, int error) {
  CloneResult result;
  result.step = step;
  result.error = error;
  return result;
}

}  // namespace

CloneResult CloneKeeper(const CloneRequest& request) {
  const ChildStack stack;
  if (!stack.valid()) return Failed(Step::kClone, errno);
  Shared shared{&request, Step::kNone, 0};
  int pidfd = -1;
  pid_t pid = -1;
  int error = 0;
  {
    const AllSignalsBlocked blocked;
    pid = clone(Child, stack.top(), CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &shared, &pidfd);
    error = errno;
  }
  if (pid < 0) return Failed(Step::kClone, error);
  CloneResult result;
  result.pid = pid;
  result.pidfd = UniqueFd(pidfd);
  if (shared.step == Step::kNone) return result;
  Reap(pidfd);
  return Failed(shared.step, shared.error);
}

}  // namespace stint
