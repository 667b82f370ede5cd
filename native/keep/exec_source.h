// Makes one worker or command by fork and exec: the source of the keeper executable.
#pragma once
#include "keep/cgroup.h"
#include "keep/fork_ladder.h"
#include "keep/steps.h"
#include "keep/worker_source.h"

namespace stint {

class ExecSource : public WorkerSource {
 public:
  /// `plan` is complete but for what Make() adds: the keeper's pid, the sockets, what holds forks.
  ExecSource(const StepPlan& plan, bool worker, const ForkLadder& forks);
  /// The job is born into it.
  void Into(JobCgroup* cgroup, const CgroupPlan& groups) {
    cgroup_ = cgroup;
    forks_.Use(cgroup, groups);
  }
  Birth Make(Worker* worker, Failure* failure) override;
  bool Lower(Worker* worker, const Failure& failure) override;
  bool Again() const override { return false; }

 private:
  long Clone();
  void CloseHandedOver();
  void Trace(Worker* worker);

  StepPlan plan_;
  bool worker_;
  ForkLadder forks_;
  JobCgroup* cgroup_ = nullptr;
};

}  // namespace stint
