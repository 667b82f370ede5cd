// Which rung holds the forks of an exec'ed job (docs/limits.md, "processes"), and which is next where one is refused.
//
//   0   a listener that refuses every fork
//   N   ptrace(2), which asks before each
//   then, for both, rungs that bound the job's tasks while the keeper looks at the tree and ends it after one too many:
//       a pids group, a user namespace with RLIMIT_NPROC inside; last the look alone
//   N   a listener comes before the look alone: it is exact, but a signal can make a fork fail under it (EINTR), and sh
//       gives up then
#pragma once
#include "keep/cgroup.h"
#include "keep/steps.h"
#include "keep/worker_source.h"

namespace stint {

class ForkLadder {
 public:
  /// `without`: RungFlags to leave out. `may_unshare`: the job may have a user namespace of its own.
  ForkLadder(std::int64_t processes, bool exact, std::uint32_t without, bool may_unshare);
  void Use(JobCgroup* cgroup, const CgroupPlan& groups) {
    cgroup_ = cgroup;
    groups_ = groups;
  }
  /// True where the job's processes are counted, by whichever rung.
  bool Holds() const { return processes_ != kUnset; }
  /// What holds where nothing is refused.
  ForkOrder First() const;
  /// Whether a tracer is wanted for forks, or for what `exact` watches.
  bool WantsTracer() const { return First().filter == ForkFilter::kTrace && Has(kRungForkTrace); }
  /// True where not even the first rung is known before the keeper has looked.
  bool Undecided() const { return Holds() && First().filter == ForkFilter::kNone; }
  void Missing(Worker* worker, RungFlags rung, int error);
  /// The best of what is not missing, set up as far as the keeper can.
  ForkOrder Next(Worker* worker);

 private:
  bool Has(RungFlags rung) const { return (missing_ & rung) == 0; }
  bool InGroup(Worker* worker);

  std::int64_t processes_;
  bool exact_;
  std::uint32_t missing_;
  JobCgroup* cgroup_ = nullptr;
  CgroupPlan groups_;
};

}  // namespace stint
