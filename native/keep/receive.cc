#include "keep/receive.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace stint {
namespace {

void TakeFds(const cmsghdr* head, UniqueFd* passed) {
  if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) return;
  const std::size_t count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
  for (std::size_t i = 0; i < count; i++) {
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(head) + i * sizeof fd, sizeof fd);
    UniqueFd owned(fd);
    if (!passed->valid()) *passed = std::move(owned);
  }
}

}  // namespace

ssize_t ReceiveWithFd(int socket, void* message, std::size_t size, UniqueFd* passed) {
  iovec part{message, size};
  alignas(cmsghdr) char space[CMSG_SPACE(4 * sizeof(int))];  // the kernel closes what does not fit
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = space;
  header.msg_controllen = sizeof space;
  ssize_t got = -1;
  do {
    got = recvmsg(socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return got;
  for (cmsghdr* head = CMSG_FIRSTHDR(&header); head != nullptr; head = CMSG_NXTHDR(&header, head))
    TakeFds(head, passed);
  return got;
}

}  // namespace stint
