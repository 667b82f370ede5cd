// Makes one worker or command by fork and exec: the source of the keeper executable.
#pragma once
#include "keep/steps.h"
#include "keep/worker_source.h"

namespace stint {

class ExecSource : public WorkerSource {
 public:
  /// `plan` is complete but for what Make() adds: the keeper's pid, the sockets, the filter that `processes` asks for.
  ExecSource(const StepPlan& plan, bool worker, std::int64_t processes);
  Birth Make(Worker* worker, Failure* failure) override;
  bool Again() const override { return false; }

 private:
  void CloseHandedOver();
  void Trace(Worker* worker);

  StepPlan plan_;
  bool worker_;
};

}  // namespace stint
