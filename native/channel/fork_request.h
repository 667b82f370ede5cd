// What a host asks of its template: one more keeper. Sent over the template's channel, once it serves, with the
// descriptors of the keeper as SCM_RIGHTS (unix(7)).
#pragma once
#include <array>
#include <cstdint>

#include "support/unique_fd.h"

namespace stint {

constexpr std::uint32_t kForkMagic = 0x4b524f46;  // "FORK"

struct ForkMessage {
  std::uint32_t magic = kForkMagic;
  std::uint8_t inherits[3] = {};  // which of the job's streams share a description with the host's own
  std::uint8_t reserved = 0;
  std::int64_t boot_ns = 0;  // a worker's deadline from its birth until it is parked
};

/// In the order in which they travel.
enum ForkFd { kForkControl, kForkChannel, kForkStdin, kForkStdout, kForkStderr, kForkFds };

struct ForkRequest {
  ForkMessage message;
  std::array<UniqueFd, kForkFds> fds;
};

/// Never waits. 0, or an errno: EAGAIN when the template does not read, EPIPE when it is gone.
int SendForkRequest(int socket, const ForkMessage& message, const std::array<int, kForkFds>& fds);

/// Waits for nothing: 0; EAGAIN when there is none; EPIPE when the host is gone; EPROTO when it is malformed.
int ReceiveForkRequest(int socket, ForkRequest* request);

}  // namespace stint
