#include "keep/fork_ladder.h"

#include <cerrno>

namespace stint {
namespace {

// Groups and RLIMIT_NPROC count threads as well: so many a job may have before the kernel takes them for processes.
constexpr std::int64_t kThreads = 128;

}  // namespace

ForkLadder::ForkLadder(std::int64_t processes, bool exact, std::uint32_t without, bool may_unshare)
    : processes_(processes), exact_(exact), missing_(without) {
  if (!may_unshare) missing_ |= kRungUserNamespace;
}

/// Exact evidence needs a tracer, and its tree traced: a filter's question that nobody hears fails the call.
ForkOrder ForkLadder::First() const {
  ForkOrder order;
  const bool asks = exact_ || processes_ > 0;
  if (asks) order.filter = ForkFilter::kTrace;
  if (!asks && processes_ == 0 && Has(kRungForkListener)) order.filter = ForkFilter::kDeny;
  return order;
}

void ForkLadder::Missing(Worker* worker, RungFlags rung, int error) {
  missing_ |= rung;
  worker->rungs &= ~rung;
  worker->refused.Note(rung, error);
}

bool ForkLadder::InGroup(Worker* worker) {
  if (!Has(kRungPidsCgroup) || cgroup_ == nullptr) return false;
  const int error = cgroup_->LimitTasks(groups_, processes_ + 1 + kThreads, worker->pid);
  if (error != 0) Missing(worker, kRungPidsCgroup, error);
  return error == 0;
}

ForkOrder ForkLadder::Next(Worker* worker) {
  ForkOrder order;
  worker->looked_at = false;
  if (!Holds()) return order;
  order.filter = ForkFilter::kDeny;
  if (processes_ == 0 && Has(kRungForkListener)) return order;
  order.filter = ForkFilter::kNone;
  worker->looked_at = true;
  if (InGroup(worker)) return order;
  if (Has(kRungUserNamespace)) {
    worker->rungs |= kRungUserNamespace;
    order.tasks = processes_ + 1 + kThreads;
    return order;
  }
  if (!Has(kRungForkListener)) return order;
  worker->looked_at = false;
  order.filter = ForkFilter::kDeny;
  return order;
}

}  // namespace stint
