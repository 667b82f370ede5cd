// What waitid(2) has told.
#pragma once
#include <signal.h>

namespace stint {

/// A wait for ends tells of stopped tracees, too (wait_task_stopped in the kernel: "regardless of options").
inline bool IsStop(const siginfo_t& info) {
  return info.si_code != CLD_EXITED && info.si_code != CLD_KILLED && info.si_code != CLD_DUMPED;
}

}  // namespace stint
