// The job's three streams: what the job gets, and what the host keeps.
#pragma once
#include <array>

#include "launch/launch_plan.h"
#include "support/unique_fd.h"

namespace stint {

struct Stdio {
  std::array<UniqueFd, 3> owned;    // the job's ends, closed by the host after the launch
  std::array<int, 3> job{0, 1, 2};  // what the job gets: an owned end, or the host's own 0, 1, 2
  std::array<UniqueFd, 3> host;     // the other ends, of captured and piped streams
};

/// Opens what the modes ask for, everything CLOEXEC. 0 or an errno.
int OpenStdio(const std::array<StreamMode, 3>& modes, Stdio* stdio);

}  // namespace stint
