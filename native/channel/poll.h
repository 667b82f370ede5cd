// Handles of the environment's loop with an owner: each outlives its owner until uv_close(3) has called back, so an
// owner may be destroyed at any time.
#pragma once
#include <cstdint>
#include <functional>

#include "channel/env_loop.h"

namespace stint {

struct PollHandle;
struct TimerHandle;

/// Watches a descriptor for reading (uv_poll_t).
class Poll {
 public:
  Poll() = default;
  ~Poll() { Close(); }
  Poll(const Poll&) = delete;
  Poll& operator=(const Poll&) = delete;

  /// Calls `readable` whenever `fd` can be read or has been hung up. libuv makes `fd` non-blocking. 0, or an errno.
  /// The caller closes `fd`, after Close().
  int Start(EnvLoop* loop, int fd, std::function<void()> readable);
  /// Idempotent; also from within the callback.
  void Close();
  bool open() const { return handle_ != nullptr; }
  /// Whether the handle keeps the loop alive (uv_ref(3)).
  void SetRef(bool on);

 private:
  PollHandle* handle_ = nullptr;
};

/// Calls back once (uv_timer_t).
class Timer {
 public:
  Timer() = default;
  ~Timer() { Close(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// 0 or an errno.
  int Start(EnvLoop* loop, std::uint64_t milliseconds, std::function<void()> elapsed);
  /// Idempotent; also from within the callback.
  void Close();
  void SetRef(bool on);

 private:
  TimerHandle* handle_ = nullptr;
};

}  // namespace stint
