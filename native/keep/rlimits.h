// Resource limits (prlimit(2)) of a command, set between fork and exec, and what nesting leaves of the limits asked
// for.
#pragma once
#include <sys/resource.h>

#include "support/wire.h"

namespace stint {

struct RlimitOrder {
  int resource;
  Step step;
  rlimit value;
};

struct RlimitPlan {
  int count = 0;
  RlimitOrder orders[8];
};

/// Limits of the keeper's own surroundings: a hard limit that stands already holds for every job under it (an outer
/// stint, ulimit -H). Lowers each limit in `limits` to what is really in force.
void ClampToHardLimits(WireLimits* limits);

/// What an idle worker holds already, in bytes.
struct Held {
  std::int64_t data;
  std::int64_t addresses;
};
/// The same for a worker, whose limits begin above what it holds: a hard limit leaves it the rest.
void ClampAbove(const Held& held, WireLimits* limits);

/// What to set for a command, absolute, soft = hard. RLIMIT_CPU is only the backstop of the keeper's exact sum: whole
/// seconds above limit and grace, SIGXCPU one second before SIGKILL. RLIMIT_NPROC is never set: it counts all tasks of
/// the uid, so that other programs would use up a job's share, and it does not bind root.
RlimitPlan RlimitsOfCommand(const WireLimits& limits);

}  // namespace stint
