// Counts the processes of a job, and refuses one too many, by ptrace(2).
//
// Every thread of the tree is seized, so that its forks stop it (the kTrace filter, PTRACE_EVENT_SECCOMP) before they
// happen. One that is let through takes a slot at once; the slot becomes a process with the fork event, or is given
// back when the call returns an error. A process gives its slot back when it dies: zombies do not count, and since a
// tracer hears of a death before the parent can wait for it, a shell that forks after wait finds the slot free.
//
// A new tracee may stop before the event that tells of it: it is held until its parent's event has come, or no fork
// is under way any more.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "keep/allocation_watch.h"
#include "keep/loader_watch.h"
#include "support/wire.h"

namespace stint {

class Tracer {
 public:
  /// The process, seized before its exec, is the job's own. Without `forks` it is let go once its program runs.
  void Begin(pid_t pid, bool forks, bool watch_loader);
  /// Seizes a running process, thread by thread. 0 or an errno.
  int SeizeThreads(pid_t pid);
  /// Forks are let through until a limit is set; those that live count from then on.
  void SetLimit(std::int64_t processes) { limit_ = processes; }
  bool active() const { return own_ != 0; }
  std::int64_t peak() const { return peak_; }
  /// Processes besides the job's own, those included that are being made.
  std::int64_t taken() const { return alive_ + reserved_; }
  void Reset();

  /// A tracee stopped; `status` as waitid(2) gives it in si_status: signal | event << 8. True when the program of the
  /// job's own process begins to run.
  bool Stopped(pid_t tid, int status);
  /// True when a process that just died was too big for its limits: execve(2) was past the point where it can return,
  /// so the kernel killed it, or its loader was refused memory.
  bool LaunchRefused() const { return launching_ || (loader_.active() && loader_.Refused()); }
  /// A tracee that asks to fork, or 0. To be answered when all deaths have been heard of: they free slots.
  pid_t NextAsking() const;
  /// Lets it fork if a slot is free; else it goes on waiting.
  bool Allow(pid_t tid);
  /// Fails its call with EAGAIN.
  void Refuse(pid_t tid);
  /// The last refused allocation of the job's own process, once; kNone where there is none.
  Refusal TakeRefusal() { return std::exchange(refusal_, Refusal()); }
  /// A tracee, or any child, has ended and was waited for.
  void Ended(pid_t tid);

 private:
  struct Tracee {
    pid_t tid;
    bool process;       // holds a slot (the job's own process holds none)
    bool asking;        // stopped before a fork
    bool forking;       // let through, outcome not yet known
    bool held;          // stopped before its parent's event
    MemoryCall memory;  // let through, answer not yet known
  };
  Tracee* Find(pid_t tid);
  Tracee* Add(pid_t tid, bool process);
  void Asked(Tracee* tracee);
  void CallOver(Tracee* tracee);
  void MetEarly(pid_t tid);
  void Forked(Tracee* tracee);
  void ForkOver(Tracee* tracee);
  void ReleaseHeld();
  bool Executed(pid_t tid);
  bool Loaded();
  void Halted(pid_t tid, int signal);

  std::vector<Tracee> tracees_;
  pid_t own_ = 0;
  bool forks_ = false;
  bool launching_ = false;
  bool watch_loader_ = false;
  LoaderWatch loader_;
  Refusal refusal_;
  std::int64_t limit_ = kUnset;
  std::int64_t alive_ = 0;     // besides the job's own process
  std::int64_t reserved_ = 0;  // forks under way
  std::int64_t peak_ = 1;
};

}  // namespace stint
