// Refused allocations of a command, seen from outside (evidence: 'exact').
//
// A program that does not check malloc ends by SIGSEGV, and nothing in its end says why. So a filter stops the calls by
// which memory is had (mmap, brk, mremap, mprotect) for the tracer, twice each: before, for what is asked, and after,
// for the answer. A refusal that RLIMIT_AS or RLIMIT_DATA explains is recorded (mmap(2), setrlimit(2): ENOMEM).
#pragma once
#include <sys/types.h>

#include <cstdint>

#include "support/wire.h"

namespace stint {

/// Adds the filter to the calling thread's. 0 or an errno.
int InstallAllocationFilter();

/// A call that is under way.
struct MemoryCall {
  unsigned kind = 0;        // 0: none
  std::uint64_t asked = 0;  // bytes; brk: the end that is asked for
};

/// At a stop by a filter: the call, if it is one of these (PTRACE_GET_SYSCALL_INFO, Linux 5.3).
MemoryCall MemoryCallOf(pid_t tid);

struct Refusal {
  Cause cause = Cause::kNone;
  std::int64_t bytes = 0;
};

/// At the end of `call`: which limit refused it, if one did, and if it was asked by a thread of `process`.
Refusal RefusalOf(pid_t tid, const MemoryCall& call, pid_t process);

}  // namespace stint
