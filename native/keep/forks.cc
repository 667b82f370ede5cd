// The limit on processes: 0 by a listener that refuses every fork, N by a tracer that counts (fork_listener.h,
// tracer.h). A refused fork is recorded and ends the job. Both filters let threads pass, and hold for root, too.
#include <algorithm>

#include "keep/keeper.h"
#include "support/clock.h"

namespace stint {

/// From its beginning on a job's forks count; what a worker forks while it boots is let through.
void Keeper::LimitForks() { tracer_.SetLimit(job_.limits.processes); }

/// A forked worker has asked, with Begin, to be traced, and waits for the answer before it sets its filter. Where
/// ptrace(2) is refused it gets the errno and passes a listener instead.
void Keeper::TraceWorker() {
  const int error = tracer_.SeizeThreads(worker_.pid);
  if (error == 0) LimitForks();
  SendEvidence(MessageType::kGo, Cause::kNone, error);
}

/// A forked worker may not set a filter: what is left is to count its processes now and then.
void Keeper::LookAtForks(std::int64_t error, std::int64_t now) {
  worker_.looked_at = true;
  worker_.refused.Note(kRungForkListener, static_cast<int>(error));
  if (job_.phase == Phase::kRunning && CountsByLooking()) job_.count_poll_at = now;
}

void Keeper::ReadForks() {
  while (listener_.Receive()) {
    const std::int64_t now = MonotonicNs();
    const bool allow = AllowFork(now);
    listener_.Answer(allow);
  }
}

/// The cause is recorded before the job hears of it.
bool Keeper::AllowFork(std::int64_t now) {
  const std::int64_t limit = job_.limits.processes;
  if (job_.phase < Phase::kRunning || limit == kUnset) return true;
  std::int64_t alive = 0;
  if (limit > 0 && tree_.Scan(now)) {
    CountProcesses();
    alive = std::max(0, tree_.Alive() - 1);
  }
  if (alive < limit) return true;
  ForkDenied(now, alive);
  return false;
}

void Keeper::ForkDenied(std::int64_t now, std::int64_t alive) {
  if (!job_.causes.Has(Cause::kForkDenied)) EndBy(Cause::kForkDenied, now, alive);
}

void Keeper::TraceeStopped(pid_t tid, int status) {
  const bool begins = tracer_.Stopped(tid, status);
  const Refusal refusal = tracer_.TakeRefusal();
  if (refusal.cause != Cause::kNone && !job_.causes.Has(refusal.cause))
    job_.causes.Append(refusal.cause, MonotonicNs(), refusal.bytes);
  if (!begins) return;
  if (worker_.birth.valid()) ReadBirth();  // a listener may be there, sent before exec
  Executed(MonotonicNs());
}

void Keeper::AnswerForks() {
  while (const pid_t tid = tracer_.NextAsking()) {
    if (tracer_.Allow(tid)) continue;
    ForkDenied(MonotonicNs(), tracer_.taken());
    tracer_.Refuse(tid);
  }
  job_.peak_traced = std::max(job_.peak_traced, tracer_.peak());
}

}  // namespace stint
