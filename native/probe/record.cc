#include "probe/record.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "support/clock.h"
#include "support/rights.h"

namespace stint {
namespace {

constexpr int kHelloTimeoutMs = 5000;
constexpr int kHighFd = 1000;  // above what programs open by count, below every common RLIMIT_NOFILE
constexpr int kRoom = 8;       // left free above, for the other descriptors that move up

}  // namespace

int MoveHigh(int fd) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const int lowest = static_cast<int>(std::min<rlim_t>(limit.rlim_cur > kRoom ? limit.rlim_cur - kRoom : 0, kHighFd));
  const int moved = fcntl(fd, F_DUPFD_CLOEXEC, lowest);
  if (moved >= 0) close(fd);
  return moved;
}

int Record::Attach(int fd) {
  fd_ = MoveHigh(fd);
  if (fd_ < 0) return errno;
  pollfd ready{fd_, POLLIN, 0};
  int count;
  do {
    count = poll(&ready, 1, kHelloTimeoutMs);
  } while (count < 0 && errno == EINTR);
  if (count <= 0) return count == 0 ? ETIMEDOUT : errno;
  EvidenceMessage hello{};
  bool closed = false;
  if (!Receive(&hello, &closed) || hello.head.type != MessageType::kHello) return EPROTO;
  std::memcpy(secret_, hello.secret, sizeof secret_);
  filtered_ = hello.value == 1;
  return 0;
}

EvidenceMessage Record::Make(MessageType type) const {
  EvidenceMessage message{};
  message.head = {kWireMagic, type, 0, token_};
  std::memcpy(message.secret, secret_, sizeof secret_);
  message.time_ns = MonotonicNs();
  return message;
}

bool Record::Transmit(const EvidenceMessage& message, std::string_view text, int flags) {
  iovec parts[2] = {{const_cast<EvidenceMessage*>(&message), sizeof message},
                    {const_cast<char*>(text.data()), text.size()}};
  msghdr header{};
  header.msg_iov = parts;
  header.msg_iovlen = text.empty() ? 1 : 2;
  ssize_t sent;
  do {
    sent = sendmsg(fd_, &header, flags | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent >= 0;
}

bool Record::Send(MessageType type, Cause cause, std::int64_t value) {
  EvidenceMessage message = Make(type);
  message.cause = cause;
  message.value = value;
  return Transmit(message, {}, 0);
}

bool Record::SendDone() {
  rusage own{};
  getrusage(RUSAGE_SELF, &own);
  EvidenceMessage message = Make(MessageType::kDone);
  message.vm_rss = static_cast<std::int64_t>(own.ru_maxrss) * 1024;
  return Transmit(message, {}, 0);
}

bool Record::SendBegin(const Baseline& baseline, bool asks) {
  EvidenceMessage message = Make(MessageType::kBegin);
  message.value = asks ? 1 : 0;
  message.cpu_ns = baseline.cpu_ns;
  message.system_ns = baseline.system_ns;
  message.switches = baseline.switches;
  message.vm_data = baseline.vm_data;
  message.vm_size = baseline.vm_size;
  message.vm_rss = baseline.rss;
  message.rss_file = baseline.rss_file;
  return Transmit(message, {}, 0);
}

bool Record::SendForkNotify(int listener) { return SendWithDescriptor(fd_, Make(MessageType::kForkNotify), listener); }

bool Record::SendNoFilter(int error) {
  EvidenceMessage message = Make(MessageType::kForkNotify);
  message.value = error;
  return Transmit(message, {}, 0);
}

bool Record::SendWhere(std::string_view text, bool idle) {
  EvidenceMessage message = Make(MessageType::kWhere);
  const std::string_view kept = text.substr(0, kMaxWhere);
  message.text_length = static_cast<std::uint32_t>(kept.size());
  message.value = idle ? 1 : 0;
  return Transmit(message, kept, 0);
}

void Record::Note(Cause cause, std::int64_t value) {
  const int saved = errno;
  EvidenceMessage message = Make(MessageType::kCause);
  message.cause = cause;
  message.value = value;
  Transmit(message, {}, MSG_DONTWAIT);
  errno = saved;
}

bool Record::Receive(EvidenceMessage* message, bool* closed) {
  const ssize_t length = recv(fd_, message, sizeof *message, MSG_DONTWAIT);
  *closed = length == 0 || (length < 0 && errno != EAGAIN && errno != EINTR);
  return length == static_cast<ssize_t>(sizeof *message) && message->head.magic == kWireMagic;
}

Record& TheRecord() {
  static Record record;
  return record;
}

}  // namespace stint
