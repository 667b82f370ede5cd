#include "keep/fork_listener.h"

#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <cstring>

namespace stint {

bool ForkListener::Receive() {
  pollfd waiting{fd_.get(), POLLIN, 0};
  if (fd_.get() < 0 || poll(&waiting, 1, 0) <= 0) return false;
  if ((waiting.revents & POLLIN) == 0) {
    fd_.Reset();
    return false;
  }
  union {
    seccomp_notif request;
    char room[512];  // a newer kernel may write a longer struct
  } notification;
  std::memset(&notification, 0, sizeof notification);
  if (ioctl(fd_.get(), SECCOMP_IOCTL_NOTIF_RECV, &notification) != 0) return false;  // ENOENT: it was killed meanwhile
  id_ = notification.request.id;
  return true;
}

void ForkListener::Answer(bool allow) {
  seccomp_notif_resp response{};
  response.id = id_;
  response.error = allow ? 0 : -EAGAIN;
  response.flags = allow ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0;
  ioctl(fd_.get(), SECCOMP_IOCTL_NOTIF_SEND, &response);  // ENOENT: it was killed meanwhile
}

}  // namespace stint
