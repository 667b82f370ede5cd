#include "channel/fork_request.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "support/rights.h"

namespace stint {
namespace {

constexpr std::size_t kFdBytes = sizeof(int) * kForkFds;

/// Every descriptor that came is owned from here on, also those of a malformed message.
bool TakeFds(msghdr* header, ForkRequest* request) {
  std::size_t taken = 0;
  for (cmsghdr* part = CMSG_FIRSTHDR(header); part != nullptr; part = CMSG_NXTHDR(header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; i++, taken++) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
      UniqueFd owned(fd);
      if (taken < kForkFds) request->fds[taken] = std::move(owned);
    }
  }
  return taken == kForkFds;
}

}  // namespace

int SendForkRequest(int socket, const ForkMessage& message, const std::array<int, kForkFds>& fds) {
  iovec part{const_cast<ForkMessage*>(&message), sizeof message};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  const Rights<kForkFds> rights(fds, &header);
  ssize_t sent;
  do {
    sent = sendmsg(socket, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (sent < 0 && errno == EINTR);
  return sent < 0 ? errno : 0;
}

int ReceiveForkRequest(int socket, ForkRequest* request) {
  alignas(cmsghdr) char control[CMSG_SPACE(kFdBytes * 2)];
  iovec part{&request->message, sizeof request->message};
  msghdr header{};
  ssize_t got;
  do {
    header = {};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    got = recvmsg(socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return errno;
  const bool whole = TakeFds(&header, request) && (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
  if (got == 0) return EPIPE;
  return whole && got == sizeof(ForkMessage) && request->message.magic == kForkMagic ? 0 : EPROTO;
}

}  // namespace stint
