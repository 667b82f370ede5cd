#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

#include "channel/channel.h"
#include "channel/napi_buffers.h"

namespace stint {
namespace {

constexpr int kMessagesPerTurn = 256;

}  // namespace

Channel::Channel(EnvLoop* loop, UniqueFd socket, Listener* listener)
    : loop_(loop), socket_(std::move(socket)), listener_(listener), buffer_(new char[kReceiveBuffer]) {}

int Channel::Start() {
  return poll_.Start(loop_, socket_.get(), [this] { Drain(); });
}

int Channel::Send(const Outgoing& outgoing, Waiting waiting) {
  return socket_.valid() ? SendFrame(socket_.get(), outgoing, &spares_, waiting) : EPIPE;
}

void Channel::Drain() {
  for (int i = 0; i < kMessagesPerTurn && socket_.valid(); i++) {
    if (ReceiveOne() != Receipt::kMessage) return;
  }
}

Receipt Channel::ReceiveOne() {
  const HandleScope scope(loop_->env());
  Incoming incoming;
  const char* reason = nullptr;
  Receipt receipt = ReceiveFrame(socket_.get(), buffer_.get(), &incoming, &reason);
  unread_ = unread_ || incoming.unread;
  napi_value main = nullptr;
  napi_value segments = nullptr;
  if (receipt == Receipt::kMessage && !ToBuffers(loop_->env(), &incoming, &main, &segments)) {
    receipt = Receipt::kGarbage;
    reason = "a frame too large for this process";
  }
  if (receipt == Receipt::kClosed || receipt == Receipt::kGarbage) Close();
  // The listener's calls come last: they may destroy this channel.
  Listener* listener = listener_;
  if (receipt == Receipt::kMessage) listener->OnMessage(incoming.type, incoming.token, main, segments);
  if (receipt == Receipt::kGarbage) listener->OnGarbage(reason);
  if (receipt == Receipt::kClosed) listener->OnClosed();
  return receipt;
}

bool Channel::Roomy() const {
  pollfd entry{socket_.get(), POLLOUT, 0};
  return socket_.valid() && poll(&entry, 1, 0) == 1 && (entry.revents & POLLOUT) != 0;
}

bool Channel::CloseUnread() {
  char byte = 0;
  if (socket_.valid() && recv(socket_.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0 && errno == ECONNRESET)
    unread_ = true;
  Close();
  return unread_;
}

void Channel::Close() {
  poll_.Close();
  socket_.Reset();
}

}  // namespace stint
