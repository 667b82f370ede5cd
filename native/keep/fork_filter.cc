// The program: fork(2), vfork(2), and clone(2) without CLONE_THREAD are asked about. clone3(2) keeps its flags in
// memory, where a filter cannot look, so it answers ENOSYS and libc falls back to clone. A 32-bit program on x86_64
// has its own numbers for the same calls.
#include "keep/fork_filter.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

#include "keep/seccomp_program.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif
#ifndef SECCOMP_FILTER_FLAG_TSYNC_ESRCH
#define SECCOMP_FILTER_FLAG_TSYNC_ESRCH (1UL << 4)
#endif

namespace stint {
namespace {

constexpr unsigned kNr = offsetof(seccomp_data, nr);
constexpr unsigned kArch = offsetof(seccomp_data, arch);
// CLONE_THREAD is in the low half of the first argument; both machines are little-endian.
constexpr unsigned kFlags = offsetof(seccomp_data, args);

#if defined(__x86_64__)
constexpr unsigned kFork = SYS_fork, kVfork = SYS_vfork;
#elif defined(__aarch64__)
constexpr unsigned kFork = SYS_clone, kVfork = SYS_clone;  // has only clone: these jumps come after its own
#endif

using Program = std::array<sock_filter, 19>;

/// Numbers beside the lines are where jumps go.
constexpr Program ForkProgram(unsigned ask) {
  return {{
      /*  0 */ Load(kArch),
      /*  1 */ Equal(kNativeArch, 0, 6),  // else 8
      /*  2 */ Load(kNr),
      /*  3 */ BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ~kX32Bit),
      /*  4 */ Equal(SYS_clone, 10, 0),  // 15
      /*  5 */ Equal(kFork, 11, 0),      // 17
      /*  6 */ Equal(kVfork, 10, 0),     // 17
      /*  7 */ Equal(SYS_clone3, 6, 5),  // 14, else 13
      /*  8 */ Load(kNr),                // i386 and 32-bit arm
      /*  9 */ Equal(2, 7, 0),           // fork: 17
      /* 10 */ Equal(190, 6, 0),         // vfork: 17
      /* 11 */ Equal(120, 3, 0),         // clone: 15
      /* 12 */ Equal(435, 1, 0),         // clone3: 14
      /* 13 */ Return(SECCOMP_RET_ALLOW),
      /* 14 */ Return(SECCOMP_RET_ERRNO | ENOSYS),
      /* 15 */ Load(kFlags),
      /* 16 */ BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0),
      /* 17 */ Return(ask),
      /* 18 */ Return(SECCOMP_RET_ALLOW),
  }};
}

}  // namespace

int InstallForkFilter(ForkFilter filter, bool all_threads) {
  const bool deny = filter == ForkFilter::kDeny;
  Program lines = ForkProgram(deny ? SECCOMP_RET_USER_NOTIF : SECCOMP_RET_TRACE);
  sock_fprog program{lines.size(), lines.data()};
  unsigned long flags = deny ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0;
  if (all_threads) flags |= SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
  // Else a signal to a process that waits for its answer fails the fork with EINTR (Linux 5.19).
  if (deny) flags |= SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
  long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
  if (result < 0 && errno == EINVAL && deny) {
    flags &= ~SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
    result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
  }
  return result < 0 ? -errno : static_cast<int>(result);
}

}  // namespace stint
