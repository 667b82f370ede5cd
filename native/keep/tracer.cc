#include "keep/tracer.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "keep/cpu_clock.h"
#include "keep/directory.h"
#include "keep/ptrace_calls.h"
#include "support/unique_fd.h"

namespace stint {
namespace {

bool StopsGroup(int signal) { return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU; }

}  // namespace

void Tracer::Reset() {
  tracees_.clear();
  own_ = 0;
  launching_ = false;
  loader_.Reset();
  limit_ = kUnset;
  alive_ = reserved_ = 0;
  peak_ = 1;
  refusal_ = {};
}

void Tracer::Begin(pid_t pid, bool forks, bool watch_loader) {
  Reset();
  launching_ = true;
  watch_loader_ = watch_loader;
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
      if (Find(tid) != nullptr) return true;
      const int refused = Seize(tid, true);
      if (refused == 0) Add(tid, false);
      if (refused != 0 && refused != ESRCH) error = refused;
      return error == 0;
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
  tracees_.push_back({tid, process, false, false, false, {}});
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
      Asked(tracee);
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
      if (tid == own_ && loader_.active()) return loader_.Stopped(status) && Loaded();
      if (status == kSyscallStop) CallOver(tracee);
      Resume(tid, status == kSyscallStop ? 0 : signal);
  }
  return false;
}

/// A filter stopped it: before a fork, or before a call that asks for memory. What the loader is refused is its
/// watch's.
void Tracer::Asked(Tracee* tracee) {
  const MemoryCall call = MemoryCallOf(tracee->tid);
  tracee->asking = call.kind == 0;
  if (tracee->asking) return;
  if (tracee->tid != own_ || !loader_.active()) tracee->memory = call;
  ResumeToSyscall(tracee->tid);
}

void Tracer::CallOver(Tracee* tracee) {
  if (tracee->forking) ForkOver(tracee);
  if (tracee->memory.kind == 0) return;
  const Refusal refusal = RefusalOf(tracee->tid, tracee->memory, own_);
  if (refusal.cause != Cause::kNone) refusal_ = refusal;
  tracee->memory = {};
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
  ResumeToSyscall(tid);  // stops at the fork event, or at the call's end if it failed
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
  const pid_t former = EventPid(tid);
  if (former > 0 && former != tid) Ended(former);
  if (tid != own_ || !launching_) {
    Resume(tid);
    return false;
  }
  launching_ = false;
  return !(watch_loader_ && loader_.Begin(tid)) && Loaded();
}

/// The job's own process stands at its first instruction.
bool Tracer::Loaded() {
  const pid_t tid = own_;
  if (forks_) {
    Resume(tid);
  } else {
    Detach(tid);
    Reset();
  }
  return true;
}

/// A group stop, or a tracee's first stop.
void Tracer::Halted(pid_t tid, int signal) {
  if (StopsGroup(signal)) {
    Listen(tid);
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
