// Starts the keeper executable in a new process, at a cost that does not depend on the host's size.
#pragma once
#include <sys/types.h>

#include "support/unique_fd.h"
#include "support/wire.h"

namespace stint {

constexpr int kKeeperFds = 6;  // control, plan, channel, stdin, stdout, stderr: to become 3 to 8

struct CloneRequest {
  const char* keeper;   // path of the executable
  int fds[kKeeperFds];  // -1: none; may be any of the host's own descriptors
};

struct CloneResult {
  pid_t pid = -1;  // -1: no process could be made
  UniqueFd pidfd;
  int error = 0;
};

/// clone(CLONE_VM | CLONE_PIDFD), then execve(2) of the keeper with an empty environment, for which the calling thread
/// does not wait. What fails on the way there is told on the control socket, as a report.
CloneResult CloneKeeper(const CloneRequest& request);

}  // namespace stint
