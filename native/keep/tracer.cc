#include "keep/tracer.h"

#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <ctime>

#include "keep/directory.h"
#include "support/unique_fd.h"

namespace stint {
namespace {

constexpr int kSyscallStop = SIGTRAP | 0x80;  // PTRACE_O_TRACESYSGOOD
constexpr long kForkOptions = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
                              PTRACE_O_TRACESECCOMP | PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;

/// Failures are ESRCH: a tracee may be killed at any time, and then its end is heard of.
void Resume(pid_t tid, int signal = 0) { ptrace(PTRACE_CONT, tid, nullptr, static_cast<long>(signal)); }

pid_t EventPid(pid_t tid) {
  unsigned long pid = 0;
  return ptrace(PTRACE_GETEVENTMSG, tid, nullptr, &pid) == 0 ? static_cast<pid_t>(pid) : 0;
}

/// A process's CPU clock exists for its leader only (clock_getcpuclockid(3)): the cheapest way to tell it from a
/// thread.
bool IsProcess(pid_t tid) {
  timespec time;
  return clock_gettime(static_cast<clockid_t>((~static_cast<unsigned>(tid) << 3) | 2), &time) == 0;
}

/// Makes the stopped call fail with EAGAIN without having run: its number becomes -1 (seccomp(2), SECCOMP_RET_TRACE).
void RefuseCall(pid_t tid) {
#if defined(__x86_64__)
  ptrace(PTRACE_POKEUSER, tid, offsetof(user, regs.orig_rax), -1L);
  ptrace(PTRACE_POKEUSER, tid, offsetof(user, regs.rax), static_cast<long>(-EAGAIN));
#elif defined(__aarch64__)
  int number = -1;
  iovec call{&number, sizeof number};
  ptrace(PTRACE_SETREGSET, tid, 0x404 /* NT_ARM_SYSTEM_CALL */, &call);
  user_regs_struct registers{};
  iovec all{&registers, sizeof registers};
  if (ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &all) != 0) return;
  registers.regs[0] = static_cast<unsigned long long>(-EAGAIN);
  ptrace(PTRACE_SETREGSET, tid, NT_PRSTATUS, &all);
#endif
}

bool StopsGroup(int signal) { return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU; }

}  // namespace

int SeizeBeforeExec(pid_t pid, bool forks) {
  const long options = forks ? kForkOptions : PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
  return ptrace(PTRACE_SEIZE, pid, nullptr, options) == 0 ? 0 : errno;
}

void Tracer::Reset() {
  tracees_.clear();
  own_ = 0;
  limit_ = kUnset;
  alive_ = reserved_ = 0;
  peak_ = 1;
}

void Tracer::Begin(pid_t pid, bool forks) {
  Reset();
  own_ = pid;
  forks_ = forks;
  Add(pid, false);
}

/// Threads may be born while they are seized: again, until a pass finds none that is new.
int Tracer::SeizeThreads(pid_t pid) {
  char path[32];
  std::snprintf(path, sizeof path, "/proc/%d/task", pid);
  const UniqueFd tasks(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  Reset();
  int error = tasks.valid() ? 0 : errno;
  std::size_t known = 0;
  do {
    known = tracees_.size();
    lseek(tasks.get(), 0, SEEK_SET);
    ForEachNumber(tasks.get(), [&](pid_t tid) {
      if (error != 0 || Find(tid) != nullptr) return;
      if (ptrace(PTRACE_SEIZE, tid, nullptr, kForkOptions) == 0) {
        Add(tid, false);
      } else if (errno != ESRCH) {
        error = errno;
      }
    });
  } while (error == 0 && tracees_.size() != known);
  if (error != 0 || tracees_.empty()) {
    Reset();
    return error != 0 ? error : ESRCH;
  }
  own_ = pid;
  forks_ = true;
  return 0;
}

Tracer::Tracee* Tracer::Find(pid_t tid) {
  const auto at = std::find_if(tracees_.begin(), tracees_.end(), [&](const Tracee& t) { return t.tid == tid; });
  return at == tracees_.end() ? nullptr : &*at;
}

Tracer::Tracee* Tracer::Add(pid_t tid, bool process) {
  tracees_.push_back({tid, process, false, false, false});
  if (process) alive_++;
  peak_ = std::max(peak_, alive_ + 1);
  return &tracees_.back();
}

bool Tracer::Stopped(pid_t tid, int status) {
  const int signal = status & 0xff;
  Tracee* tracee = Find(tid);
  if (tracee == nullptr) {
    MetEarly(tid);
    return false;
  }
  switch (status >> 8) {
    case PTRACE_EVENT_SECCOMP:
      tracee->asking = true;
      break;
    case PTRACE_EVENT_FORK:
    case PTRACE_EVENT_VFORK:
    case PTRACE_EVENT_CLONE:
      Forked(tracee);
      break;
    case PTRACE_EVENT_EXEC:
      return Executed(tid);
    case PTRACE_EVENT_STOP:
      Halted(tid, signal);
      break;
    default:
      if (status == kSyscallStop && tracee->forking) ForkOver(tracee);
      Resume(tid, status == kSyscallStop ? 0 : signal);
  }
  return false;
}

/// Its parent's event has not come yet. A thread takes no slot and need not wait for it.
void Tracer::MetEarly(pid_t tid) {
  const bool thread = !IsProcess(tid);
  Tracee* tracee = Add(tid, false);
  tracee->held = !thread;
  if (thread) Resume(tid);
  if (reserved_ == 0) ReleaseHeld();
}

pid_t Tracer::NextAsking() const {
  const auto at = std::find_if(tracees_.begin(), tracees_.end(), [](const Tracee& tracee) { return tracee.asking; });
  return at == tracees_.end() ? 0 : at->tid;
}

bool Tracer::Allow(pid_t tid) {
  if (limit_ != kUnset && taken() >= limit_) return false;
  Tracee* tracee = Find(tid);
  tracee->asking = false;
  tracee->forking = true;
  reserved_++;
  ptrace(PTRACE_SYSCALL, tid, nullptr, 0L);  // stops at the fork event, or at the call's end if it failed
  return true;
}

void Tracer::Refuse(pid_t tid) {
  Find(tid)->asking = false;
  peak_ = std::max(peak_, taken() + 1);
  RefuseCall(tid);
  Resume(tid);
}

void Tracer::Forked(Tracee* tracee) {
  const pid_t tid = tracee->tid;
  const pid_t made = EventPid(tid);
  const bool process = tracee->forking;
  if (process) {
    tracee->forking = false;
    reserved_--;
  }
  Tracee* child = made > 0 ? Find(made) : nullptr;
  if (child == nullptr) {
    if (made > 0) Add(made, process);
  } else if (child->held) {
    child->held = false;
    if (process) {
      child->process = true;
      alive_++;
      peak_ = std::max(peak_, alive_ + 1);
    }
    Resume(made);
  }
  if (reserved_ == 0) ReleaseHeld();
  Resume(tid);
}

void Tracer::ForkOver(Tracee* tracee) {
  tracee->forking = false;
  reserved_--;
  if (reserved_ == 0) ReleaseHeld();
}

/// No fork is under way: whoever is still held was made by a parent that died before its event.
void Tracer::ReleaseHeld() {
  for (Tracee& tracee : tracees_) {
    if (!tracee.held) continue;
    tracee.held = false;
    tracee.process = IsProcess(tracee.tid);
    if (tracee.process) alive_++;
    peak_ = std::max(peak_, alive_ + 1);
    Resume(tracee.tid);
  }
}

/// exec in a thread other than the leader: it takes the leader's number, and its own is never heard of again.
bool Tracer::Executed(pid_t tid) {
  const bool own = tid == own_;
  const pid_t former = EventPid(tid);
  if (former > 0 && former != tid) Ended(former);
  if (own && !forks_) {
    ptrace(PTRACE_DETACH, tid, nullptr, 0L);
    Reset();
  } else {
    Resume(tid);
  }
  return own;
}

/// A group stop is waited out (PTRACE_LISTEN: SIGCONT wakes it as ever); anything else is a tracee's first stop.
void Tracer::Halted(pid_t tid, int signal) {
  if (StopsGroup(signal)) {
    ptrace(PTRACE_LISTEN, tid, nullptr, 0L);
  } else {
    Resume(tid);
  }
}

void Tracer::Ended(pid_t tid) {
  const auto at = std::find_if(tracees_.begin(), tracees_.end(), [&](const Tracee& t) { return t.tid == tid; });
  if (at == tracees_.end()) return;
  if (at->process) alive_--;
  const bool was_forking = at->forking;
  tracees_.erase(at);
  if (!was_forking) return;
  reserved_--;
  if (reserved_ == 0) ReleaseHeld();
}

}  // namespace stint
