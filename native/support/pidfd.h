// pidfd_open(2): a process by descriptor. Its number is never another process's.
#pragma once
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace stint {

/// P_PIDFD of waitid(2), which older libc headers lack.
constexpr auto kWaitPidfd = static_cast<idtype_t>(3);

/// waitid(2) on a child's pidfd. 0, or -1 with errno; info->si_pid is 0 when it lives on (WNOHANG).
inline int WaitPidfd(int pidfd, siginfo_t* info, int options) {
  *info = {};
  return waitid(kWaitPidfd, static_cast<id_t>(pidfd), info, options);
}

/// pidfd_send_signal(2). 0, or -1 with errno.
inline int SignalPidfd(int pidfd, int signal) {
  return static_cast<int>(syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0));
}

}  // namespace stint
