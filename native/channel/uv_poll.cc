#include <utility>

#include "channel/poll.h"

namespace stint {

struct PollHandle {
  uv_poll_t uv{};
  EnvLoop* loop = nullptr;
  std::function<void()> callback;
};

struct TimerHandle {
  uv_timer_t uv{};
  EnvLoop* loop = nullptr;
  std::function<void()> callback;
};

namespace {

template <typename Handle>
uv_handle_t* Base(Handle* handle) {
  return reinterpret_cast<uv_handle_t*>(&handle->uv);
}

template <typename Handle>
Handle* MakeHandle(EnvLoop* loop, std::function<void()> callback) {
  auto* handle = new Handle;
  handle->loop = loop;
  handle->callback = std::move(callback);
  handle->uv.data = handle;
  return handle;
}

template <typename Handle>
void CloseHandle(Handle* handle) {
  if (handle == nullptr) return;
  uv_close(Base(handle), [](uv_handle_t* closed) {
    auto* done = static_cast<Handle*>(closed->data);
    EnvLoop* loop = done->loop;
    delete done;
    loop->HandleClosed();
  });
}

template <typename Handle>
void SetHandleRef(Handle* handle, bool on) {
  if (handle == nullptr) return;
  on ? uv_ref(Base(handle)) : uv_unref(Base(handle));
}

// A peer that goes with unread messages leaves POLLERR on our end, upon which libuv stops the poll. What the peer had
// sent is still to be read, so go on: the next read takes the error away.
void OnReadable(uv_poll_t* poll, int status, int) {
  if (status < 0) uv_poll_start(poll, UV_READABLE, OnReadable);
  static_cast<PollHandle*>(poll->data)->callback();
}

}  // namespace

int Poll::Start(EnvLoop* loop, int fd, std::function<void()> readable) {
  Close();
  auto* handle = MakeHandle<PollHandle>(loop, std::move(readable));
  if (const int status = uv_poll_init(loop->loop(), &handle->uv, fd); status != 0) {
    delete handle;
    return -status;
  }
  loop->HandleOpened();
  handle_ = handle;
  const int status = uv_poll_start(&handle->uv, UV_READABLE, OnReadable);
  if (status != 0) Close();
  return -status;
}

void Poll::Close() { CloseHandle(std::exchange(handle_, nullptr)); }

void Poll::SetRef(bool on) { SetHandleRef(handle_, on); }

int Timer::Start(EnvLoop* loop, std::uint64_t milliseconds, std::function<void()> elapsed) {
  Close();
  auto* handle = MakeHandle<TimerHandle>(loop, std::move(elapsed));
  uv_timer_init(loop->loop(), &handle->uv);  // cannot fail
  loop->HandleOpened();
  handle_ = handle;
  const auto callback = [](uv_timer_t* timer) { static_cast<TimerHandle*>(timer->data)->callback(); };
  const int status = uv_timer_start(&handle->uv, callback, milliseconds, 0);
  return -status;
}

void Timer::Close() { CloseHandle(std::exchange(handle_, nullptr)); }

void Timer::SetRef(bool on) { SetHandleRef(handle_, on); }

}  // namespace stint
