// Workers that are forked from the memory of a template.
#pragma once
#include "keep/worker_source.h"

namespace stint {

class ForkSource : public WorkerSource {
 public:
  Birth Make(Worker* worker, Failure* failure) override;
  bool Again() const override { return true; }
};

}  // namespace stint
