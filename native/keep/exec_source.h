// Makes one worker or command by fork and exec: the source of the keeper executable.
#pragma once
#include "keep/cgroup.h"
#include "keep/steps.h"
#include "keep/worker_source.h"

namespace stint {

class ExecSource : public WorkerSource {
 public:
  /// `plan` is complete but for what Make() adds: the keeper's pid, the sockets, the filter that `processes` asks for.
  ExecSource(const StepPlan& plan, bool worker, std::int64_t processes);
  /// RungFlags that it does without.
  void DoWithout(std::uint32_t rungs) { without_ = rungs; }
  /// The job is born into it.
  void Into(JobCgroup* cgroup, const CgroupPlan& groups) {
    cgroup_ = cgroup;
    groups_ = groups;
  }
  Birth Make(Worker* worker, Failure* failure) override;
  bool Again() const override { return false; }

 private:
  long Clone();
  void CloseHandedOver();
  ForkFilter Untraced(pid_t pid);
  void Trace(Worker* worker);

  StepPlan plan_;
  bool worker_;
  std::uint32_t without_ = 0;
  std::int64_t processes_;
  JobCgroup* cgroup_ = nullptr;
  CgroupPlan groups_;
};

}  // namespace stint
