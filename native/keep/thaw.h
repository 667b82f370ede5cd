// The freezer of cgroup v1: a frozen process does not even die.
#pragma once
#include <sys/types.h>

namespace stint {

/// Moves a process out of a frozen group of v1 into the caller's own, which thaws it, and it alone
/// (freezer-subsystem.rst of the kernel). Nothing where it is in no other group than the caller, or may not be moved.
void Thaw(pid_t pid);

}  // namespace stint
