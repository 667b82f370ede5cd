// One uv_poll_t: watches a descriptor for reading on the environment's loop. The handle outlives its owner until
// uv_close(3) has called back, so an owner may be destroyed at any time.
#pragma once
#include <functional>

#include "channel/env_loop.h"

namespace stint {

struct PollHandle;

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

}  // namespace stint
