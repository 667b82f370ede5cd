// Seccomp filters (seccomp(2)) that see every new process, and no new thread.
#pragma once

namespace stint {

enum class ForkFilter {
  kNone,
  kDeny,   // asks the listener (seccomp_unotify(2))
  kTrace,  // asks the tracer (ptrace(2), PTRACE_EVENT_SECCOMP)
};

/// Sets the filter for the calling thread; with `all_threads` for each thread of the process. Returns the listener's
/// descriptor (kDeny, close-on-exec), 0 (kTrace), or a negative errno: -EACCES asks for no_new_privs.
int InstallForkFilter(ForkFilter filter, bool all_threads = false);

}  // namespace stint
