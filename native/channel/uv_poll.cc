#include <utility>

#include "channel/poll.h"

namespace stint {

struct PollHandle {
  uv_poll_t poll{};
  EnvLoop* loop = nullptr;
  std::function<void()> readable;
};

namespace {

// A peer that goes with unread messages leaves POLLERR on our end, upon which libuv stops the poll. What the peer had
// sent is still to be read, so go on: the next read takes the error away.
void OnReadable(uv_poll_t* poll, int status, int) {
  if (status < 0) uv_poll_start(poll, UV_READABLE, OnReadable);
  static_cast<PollHandle*>(poll->data)->readable();
}

}  // namespace

int Poll::Start(EnvLoop* loop, int fd, std::function<void()> readable) {
  Close();
  auto* handle = new PollHandle;
  handle->loop = loop;
  handle->readable = std::move(readable);
  handle->poll.data = handle;
  if (const int status = uv_poll_init(loop->loop(), &handle->poll, fd); status != 0) {
    delete handle;
    return -status;
  }
  loop->HandleOpened();
  handle_ = handle;
  const int status = uv_poll_start(&handle->poll, UV_READABLE, OnReadable);
  if (status != 0) Close();
  return -status;
}

void Poll::Close() {
  PollHandle* handle = std::exchange(handle_, nullptr);
  if (handle == nullptr) return;
  uv_close(reinterpret_cast<uv_handle_t*>(&handle->poll), [](uv_handle_t* closed) {
    auto* done = static_cast<PollHandle*>(closed->data);
    EnvLoop* loop = done->loop;
    delete done;
    loop->HandleClosed();
  });
}

void Poll::SetRef(bool on) {
  if (handle_ == nullptr) return;
  auto* handle = reinterpret_cast<uv_handle_t*>(&handle_->poll);
  on ? uv_ref(handle) : uv_unref(handle);
}

}  // namespace stint
