// Descriptors that travel with a message: SCM_RIGHTS, unix(7).
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstring>

namespace stint {

/// The control part of one message that carries `Count` descriptors. Allocates nothing, so a child between fork and
/// exec may use it. Stays where it is until sendmsg(2) has returned.
template <std::size_t Count>
class Rights {
 public:
  Rights(const std::array<int, Count>& fds, msghdr* message) {
    message->msg_control = space_;
    message->msg_controllen = sizeof space_;
    cmsghdr* part = CMSG_FIRSTHDR(message);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(kBytes);
    std::memcpy(CMSG_DATA(part), fds.data(), kBytes);
  }
  Rights(const Rights&) = delete;
  Rights& operator=(const Rights&) = delete;

 private:
  static constexpr std::size_t kBytes = Count * sizeof(int);
  alignas(cmsghdr) char space_[CMSG_SPACE(kBytes)] = {};
};

/// One message with one descriptor; waits for room. False with errno. Allocates nothing.
template <typename Message>
bool SendWithDescriptor(int socket, Message message, int fd) {
  iovec part{&message, sizeof message};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  const Rights<1> rights({fd}, &header);
  return sendmsg(socket, &header, MSG_NOSIGNAL) == static_cast<ssize_t>(sizeof message);
}

}  // namespace stint
