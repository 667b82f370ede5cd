// What was recorded about a job, in order of time: append-only.
#pragma once
#include "support/wire.h"

namespace stint {

class CauseLog {
 public:
  /// Before any signal that follows from it. A full log keeps the first records: they decide.
  void Append(Cause cause, std::int64_t time_ns, std::int64_t value = 0) {
    if (count_ < kMaxCauses) records_[count_++] = {cause, 0, time_ns, value};
  }
  bool Has(Cause cause) const {
    for (int i = 0; i < count_; i++) {
      if (records_[i].cause == cause) return true;
    }
    return false;
  }
  /// The first that is no note: it decides the verdict. kNone when the job is still its own master.
  Cause First() const {
    for (int i = 0; i < count_; i++) {
      if (!IsNote(records_[i].cause)) return records_[i].cause;
    }
    return Cause::kNone;
  }
  int count() const { return count_; }
  const CauseRecord* records() const { return records_; }

  /// A note tells what happened to the job; it ends nothing.
  static bool IsNote(Cause cause) {
    return cause == Cause::kRefusedData || cause == Cause::kRefusedAddress || cause == Cause::kThreadMemory;
  }

 private:
  int count_ = 0;
  CauseRecord records_[kMaxCauses] = {};
};

}  // namespace stint
