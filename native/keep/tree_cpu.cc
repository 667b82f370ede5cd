#include "keep/tree_cpu.h"

#include <algorithm>

#include "keep/cpu_clock.h"

namespace stint {

void TreeCpu::Begin() {
  seen_.clear();
  vanished_ns_ = 0;
}

std::int64_t TreeCpu::Sum(const Tree& tree, std::int64_t reaped_ns, pid_t worker, std::int64_t* others_ns) {
  fresh_.clear();
  forgets_ = false;
  std::int64_t living = 0;
  std::int64_t waited = reaped_ns;
  std::int64_t workers_own = 0;
  for (const Member& member : tree.members()) {
    const std::int64_t own = CpuTimeOf(member.pid);
    if (own < 0) continue;
    fresh_.push_back({member.pid, member.started, own});
    living += own;
    waited += member.children_ns;
    if (member.pid == worker) workers_own = own;
    forgets_ = forgets_ || member.forgets;
  }
  CountVanished(fresh_);
  seen_.swap(fresh_);
  const std::int64_t total = living + std::max(waited, vanished_ns_);
  *others_ns = total - workers_own;
  return total;
}

/// Both lists are sorted by number, as /proc is.
void TreeCpu::CountVanished(const std::vector<Seen>& now) {
  auto at = now.begin();
  for (const Seen& before : seen_) {
    at = std::find_if(at, now.end(), [&](const Seen& seen) { return seen.pid >= before.pid; });
    const bool there = at != now.end() && at->pid == before.pid && at->started == before.started;
    if (!there) vanished_ns_ += before.own_ns;
  }
}

}  // namespace stint
