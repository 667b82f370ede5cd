// From a plan to a running keeper.
#pragma once
#include <array>

#include "launch/launch_plan.h"
#include "support/unique_fd.h"

namespace stint {

struct LaunchedKeeper {
  pid_t pid = -1;
  UniqueFd pidfd;
  UniqueFd control;               // SOCK_SEQPACKET
  UniqueFd channel;               // SOCK_SEQPACKET; invalid for a command
  std::array<UniqueFd, 3> stdio;  // host ends of captured and piped streams
  Step step = Step::kNone;        // the step that failed, with its errno; nothing is left then
  int error = 0;
};

LaunchedKeeper LaunchKeeper(LaunchPlan* plan);

}  // namespace stint
