// Workers that are forked from the memory of a template.
#pragma once
#include <signal.h>

#include "keep/worker_source.h"

namespace stint {

class ForkSource : public WorkerSource {
 public:
  /// `mask`: the signal mask of the template's JavaScript, which every worker gets back.
  explicit ForkSource(const sigset_t& mask) : mask_(mask) {}
  Birth Make(Worker* worker, Failure* failure) override;
  bool Again() const override { return true; }

 private:
  void Settle(pid_t keeper) const;

  sigset_t mask_;
};

}  // namespace stint
