// A keeper that can only look competes for the cores with what it looks at.
#pragma once

namespace stint {

/// While this process counts what may be faster than it: it runs before whatever is not real-time, where it
/// may (sched(7): CAP_SYS_NICE or RLIMIT_RTPRIO) and its policy is the usual one, SCHED_OTHER; else nothing changes.
/// What it forks meanwhile has no precedence. Its nice value stays.
class Precedence {
 public:
  void Take();
  /// Back to what was before.
  void Yield();

 private:
  bool taken_ = false;
  int before_ = 0;
};

}  // namespace stint
