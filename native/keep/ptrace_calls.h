// The few things that ptrace(2) is asked for, for both machines.
#pragma once
#include <sys/types.h>

#include <cstdint>

namespace stint {

// A stop for a system call (PTRACE_O_TRACESYSGOOD), as a signal number.
constexpr int kSyscallStop = 5 /* SIGTRAP */ | 0x80;

/// Seizes a thread: with `forks`, what it makes is seized, too, and its filter's questions stop it. 0 or an errno.
int Seize(pid_t tid, bool forks);

/// Goes on, with a signal if one is to be delivered. Failures are ESRCH: a tracee may be killed at any time, and then
/// its end is heard of.
void Resume(pid_t tid, int signal = 0);
/// Goes on until the next system call begins or ends.
void ResumeToSyscall(pid_t tid, int signal = 0);
/// A group stop is waited out (PTRACE_LISTEN): SIGCONT wakes it as ever.
void Listen(pid_t tid);
void Detach(pid_t tid);

/// PTRACE_GETEVENTMSG: the new thread of a fork event, the former number at an exec.
pid_t EventPid(pid_t tid);

/// Makes the stopped call fail with EAGAIN without having run: its number becomes -1 (seccomp(2), SECCOMP_RET_TRACE).
void RefuseCall(pid_t tid);

/// Where a stopped tracee is, and what its system call returned if it stopped at the end of one, else 0.
struct StopPlace {
  std::uint64_t instruction;
  std::int64_t result;
};
StopPlace PlaceOf(pid_t tid);

/// Puts a breakpoint; `saved` gets what it replaced. False when the place cannot be written.
bool PutBreakpoint(pid_t tid, std::uint64_t at, long* saved);
/// True when the tracee has just run into the breakpoint: it is taken away, and the tracee stands before its place.
bool TakeBreakpoint(pid_t tid, std::uint64_t at, long saved);

}  // namespace stint
