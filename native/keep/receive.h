// One message with at most one descriptor in it.
#pragma once
#include <sys/types.h>

#include "support/unique_fd.h"

namespace stint {

/// recvmsg(2) that never waits: the message's size (0 = end), or -1 with errno. A descriptor that came with it
/// (SCM_RIGHTS) is in `passed`; further ones are closed.
ssize_t ReceiveWithFd(int socket, void* message, std::size_t size, UniqueFd* passed);

}  // namespace stint
