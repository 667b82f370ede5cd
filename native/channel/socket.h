// Whole messages over SOCK_SEQPACKET sockets, with at most one descriptor each. No Node here: host, keeper and worker
// may all use it.
#pragma once
#include <sys/uio.h>

#include <cstddef>
#include <span>

#include "support/unique_fd.h"

namespace stint {

struct SocketPair {
  UniqueFd ours;
  UniqueFd theirs;
};

/// A pair of connected SOCK_SEQPACKET sockets, CLOEXEC. 0 or an errno.
int MakeSocketPair(SocketPair* pair);

/// Makes room for messages of 64 KiB however small the system's default is, and for more than two of them (socket(7)).
void GrowSendBuffer(int socket);

enum class Waiting { kNo, kUntilSent };

/// Sends one message, with a descriptor unless `fd` is -1. 0 or an errno: EAGAIN where the peer does not read
/// (Waiting::kNo), EPIPE where it is gone. Never raises SIGPIPE.
int SendMessage(int socket, std::span<const iovec> parts, int fd, Waiting waiting);

struct Received {
  std::size_t size = 0;  // 0: the peer is gone (or sent an empty message, which nobody of ours does)
  UniqueFd fd;
  bool truncated = false;  // longer than the buffer, or with more than one descriptor: malformed
  bool unread = false;     // the peer is gone, and had not read all that was sent to it
};

/// Receives one message without waiting. 0, or an errno: EAGAIN where there is none.
int ReceiveMessage(int socket, void* buffer, std::size_t size, Received* received);

}  // namespace stint
