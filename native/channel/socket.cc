#include "channel/socket.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "support/rights.h"

namespace stint {
namespace {

// A message must fit at once; the kernel doubles the value for its own overhead and caps it at net.core.wmem_max.
constexpr int kSendBuffer = 1 << 20;
constexpr int kMaxFds = 4;  // more than one is malformed, but all that came must be closed

int WaitWritable(int socket) {
  pollfd entry{socket, POLLOUT, 0};
  return poll(&entry, 1, -1) < 0 && errno != EINTR ? errno : 0;
}

void TakeDescriptors(msghdr* message, Received* received) {
  for (cmsghdr* part = CMSG_FIRSTHDR(message); part != nullptr; part = CMSG_NXTHDR(message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; i++) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof fd);
      if (received->fd.valid()) received->truncated = true;
      UniqueFd taken(fd);
      if (!received->fd.valid()) received->fd = std::move(taken);
    }
  }
}

}  // namespace

int MakeSocketPair(SocketPair* pair) {
  int fds[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0) return errno;
  pair->ours = UniqueFd(fds[0]);
  pair->theirs = UniqueFd(fds[1]);
  return 0;
}

void GrowSendBuffer(int socket) { setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &kSendBuffer, sizeof kSendBuffer); }

int SendMessage(int socket, std::span<const iovec> parts, int fd, Waiting waiting) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts.data());
  message.msg_iovlen = parts.size();
  std::optional<Rights<1>> rights;
  if (fd >= 0) rights.emplace(std::array{fd}, &message);
  while (sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
    if (errno == EINTR) continue;
    if (errno != EAGAIN || waiting == Waiting::kNo) return errno;
    if (const int error = WaitWritable(socket); error != 0) return error;
  }
  return 0;
}

int ReceiveMessage(int socket, void* buffer, std::size_t size, Received* received) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMaxFds)];
  iovec part{buffer, size};
  msghdr message{};
  ssize_t got = -1;
  do {
    message = {};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    got = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    // A peer that went with unread messages leaves ECONNRESET in front of what it had sent (unix(7)), once: read on.
    if (got < 0 && errno == ECONNRESET) received->unread = true;
  } while (got < 0 && (errno == EINTR || errno == ECONNRESET));
  if (got < 0) return errno;
  received->size = static_cast<std::size_t>(got);
  received->truncated = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
  TakeDescriptors(&message, received);
  return 0;
}

}  // namespace stint
