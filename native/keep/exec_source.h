// Makes one worker or command by fork and exec: the source of the keeper executable.
#pragma once
#include "keep/steps.h"
#include "keep/worker_source.h"

namespace stint {

class ExecSource : public WorkerSource {
 public:
  /// `plan` is complete but for what Make() adds: the keeper's pid and the sockets.
  ExecSource(const StepPlan& plan, bool worker) : plan_(plan), worker_(worker) {}
  Birth Make(Worker* worker, Failure* failure) override;
  bool Again() const override { return false; }

 private:
  void CloseHandedOver();

  StepPlan plan_;
  bool worker_;
};

}  // namespace stint
