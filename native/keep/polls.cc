// Limits that no kernel timer watches: CPU time and memory of the whole tree, looked at the more often the nearer they
// are. A job that ends before the first look costs nothing.
#include <sched.h>

#include <algorithm>

#include "keep/keeper.h"
#include "keep/tree_memory.h"
#include "support/clock.h"

namespace stint {
namespace {

constexpr std::int64_t kSoonestNs = 2 * kNsPerMs;
constexpr std::int64_t kLatestNs = 100 * kNsPerMs;
// A core touches new memory at 2 to 4 bytes a nanosecond.
constexpr std::int64_t kBytesPerNs = 4;
// A worker's own timer is more exact and knows the JavaScript stack: while it alone uses CPU, it speaks first. Its
// watchdog is a thread that loaded cores let wait, hence the width; nothing is over the limit longer for it.
constexpr std::int64_t kWorkersOwnNs = 20 * kNsPerMs;

int Processors() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? std::max(1, CPU_COUNT(&set)) : 1;
}

std::int64_t NsOf(const rusage& usage) {
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * kNsPerSecond +
         (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
}

}  // namespace

void Keeper::ArmPolls(std::int64_t now) {
  // A group counts a running thread up to its last tick, so the worker's own clock may be ahead of it.
  if (setup_.cgroup != nullptr && !setup_.command)
    job_.base_cgroup_ns = std::max(setup_.cgroup->CpuNs(), job_.base_cpu_ns);
  if (job_.limits.cpu_ns != kUnset) {
    cpu_.Begin();
    if (processors_ == 0) processors_ = Processors();
    job_.cpu_poll_at = now + UntilCpuPoll(job_.limits.cpu_ns);
  }
  if (CountsByLooking()) {
    precedence_.Take();  // a bomb has all its processes before a keeper that waits for a loaded core looks
    job_.count_poll_at = now + kSoonestNs;
  }
  if (job_.limits.memory != kUnset) job_.memory_poll_at = now + UntilMemoryPoll(job_.limits.memory);
}

/// One look at the tree serves both limits when both are due.
void Keeper::Poll(std::int64_t now) {
  if (now < std::min({job_.cpu_poll_at, job_.memory_poll_at, job_.count_poll_at})) return;
  if (!tree_.Scan(now)) return EndBy(Cause::kLost, now);
  CountProcesses();
  if (now >= job_.count_poll_at) PollCount(now);
  if (now >= job_.cpu_poll_at) PollCpu(now);
  if (now >= job_.memory_poll_at) PollMemory(now);
}

void Keeper::PollCpu(std::int64_t now) {
  rusage reaped{};
  getrusage(RUSAGE_CHILDREN, &reaped);
  std::int64_t others = 0;
  const std::int64_t summed =
      cpu_.Sum(tree_, NsOf(reaped) - NsOf(usage_before_), worker_.pid, &others) - job_.base_cpu_ns;
  // The group knows of the dead whom nobody waited for, the clocks of the living are newer: each may be short of the
  // truth.
  const std::int64_t used = std::max(summed, CgroupCpuNs());
  job_.cpu_seen_ns = std::max(job_.cpu_seen_ns, used);
  const bool own_timer = !setup_.command && others < kNsPerMs;
  const std::int64_t left = job_.limits.cpu_ns + (own_timer ? kWorkersOwnNs + job_.limits.cpu_ns / 100 : 0) - used;
  job_.cpu_poll_at = left > 0 ? now + UntilCpuPoll(left) : kNever;
  if (left <= 0) EndBy(Cause::kCpuTree, now, used);
}

/// The rest may be used up by all cores together. A group knows of the dead whatever their parents do; without one,
/// whether a parent forgets them is looked for, and then they are looked at while they live.
std::int64_t Keeper::UntilCpuPoll(std::int64_t left) const {
  const std::int64_t soon = std::max(kSoonestNs, left / processors_);
  if (setup_.cgroup != nullptr && (setup_.cgroup->rungs() & kRungCpuCgroup) != 0) return soon;
  return cpu_.Forgets() ? kSoonestNs : std::min(soon, std::max(kLatestNs, job_.limits.cpu_ns / 10));
}

std::int64_t Keeper::UntilMemoryPoll(std::int64_t left) const {
  return std::clamp(left / kBytesPerNs, kSoonestNs, kLatestNs);
}

void Keeper::PollMemory(std::int64_t now) {
  if (!job_.charged) {
    job_.memory_poll_at = kNever;
    return;
  }
  if (setup_.cgroup != nullptr && setup_.cgroup->HoldsMemory()) return PollCgroupMemory(now);
  std::int64_t used = SumOfMemory(tree_, tree_.proc_fd()) - job_.base_memory;
  const bool shared = tree_.members().size() > 1;
  if (used > job_.limits.memory && shared) used = SharesAboveIdle();
  job_.peak_tree_memory = std::max({job_.peak_tree_memory, used, std::int64_t{0}});
  const std::int64_t left = job_.limits.memory - used;
  job_.memory_poll_at = left >= 0 ? now + UntilMemoryPoll(left) : kNever;
  if (left < 0) EndBy(Cause::kTreeMemory, now, used);
}

/// The tree's memory above the idle worker's, shared pages divided.
std::int64_t Keeper::SharesAboveIdle() {
  const int proc = tree_.proc_fd();
  const bool forked = !setup_.command && source_->Again();
  if (!forked) return SumOfShares(tree_, proc, 0) - job_.base_memory;
  return SumOfShares(tree_, proc, worker_.pid) + ShareAbove(job_.base_memory, worker_.pid, proc);
}

/// No filter asks before a fork: the last rung of the limit on processes, which sees one too many only afterwards.
bool Keeper::CountsByLooking() const { return job_.limits.processes != kUnset && worker_.looked_at; }

void Keeper::PollCount(std::int64_t now) {
  const std::int64_t alive = std::max(0, tree_.Alive() - 1);
  const bool refused = setup_.cgroup != nullptr && setup_.cgroup->OutOfTasks();
  const bool over = alive > job_.limits.processes || refused;
  job_.count_poll_at = over ? kNever : now + kSoonestNs;
  if (over) ForkDenied(now, alive);
}

void Keeper::CountProcesses() { job_.peak_processes = std::max<std::int64_t>(job_.peak_processes, tree_.Alive()); }

}  // namespace stint
