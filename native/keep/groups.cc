// What the job's control groups say, where it has some (cgroup.h).
#include <algorithm>

#include "keep/keeper.h"
#include "support/clock.h"

namespace stint {

/// The kernel holds the tree a little above the limit; at the limit itself it is told here. Both are the group's word.
void Keeper::PollCgroupMemory(std::int64_t now) {
  const std::int64_t used = setup_.cgroup->Memory();
  job_.peak_tree_memory = std::max(job_.peak_tree_memory, used);
  LookForOom(now);
  const std::int64_t left = job_.limits.memory - used;
  job_.memory_poll_at = left >= 0 ? now + UntilMemoryPoll(left) : kNever;
  if (left < 0) EndBy(Cause::kCgroupMemory, now, used);
}

std::int64_t Keeper::CgroupCpuNs() const {
  const std::int64_t used = setup_.cgroup == nullptr ? -1 : setup_.cgroup->CpuNs();
  return used < 0 ? 0 : used - job_.base_cgroup_ns;
}

/// The kernel's SIGKILL came first, whoever of the job it hit: recorded before anything is concluded from a death.
void Keeper::LookForOom(std::int64_t now) {
  if (setup_.cgroup == nullptr || job_.causes.Has(Cause::kCgroupMemory) || !setup_.cgroup->OutOfMemory()) return;
  EndBy(Cause::kCgroupMemory, now, job_.limits.memory);
}

/// Which of the mechanisms that not every machine has serve this job; a group that it did not get into does not.
void Keeper::NoteRungs() {
  if (setup_.cgroup != nullptr && setup_.cgroup->AnyEmpty() && !WorkerEnded()) setup_.cgroup->DropEmpty();
  const bool traced = tracer_.active() && worker_.filter == ForkFilter::kTrace;
  if (traced) job_.rungs |= kRungForkTrace;
  if (traced && setup_.exact) job_.rungs |= kRungAllocationTrace;
  if (worker_.filter == ForkFilter::kDeny) job_.rungs |= kRungForkListener;
  job_.rungs |= worker_.rungs;
}

/// Nothing of the job lives: the last figures, and the groups go.
void Keeper::LeaveCgroup() {
  if (setup_.cgroup == nullptr) return;
  job_.rungs |= setup_.cgroup->rungs();
  job_.cpu_seen_ns = std::max(job_.cpu_seen_ns, CgroupCpuNs());
  job_.peak_tree_memory = std::max(job_.peak_tree_memory, PeakBetweenLooks());
  setup_.cgroup->Remove();
}

/// The group's own peak, which no look may have seen. Pages of files are in it, and what the kernel used: it tells of
/// the job's memory what the files that the job read and wrote cannot have been, and no more than its limit unless that
/// was reached.
std::int64_t Keeper::PeakBetweenLooks() const {
  const std::int64_t peak = setup_.cgroup->PeakMemory(job_.read_bytes + job_.written_bytes);
  return job_.causes.Has(Cause::kCgroupMemory) ? peak : std::min(peak, job_.limits.memory);
}

}  // namespace stint
