#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "launch/capture.h"
#include "support/wire.h"

namespace stint {
namespace {

constexpr std::size_t kChunk = 64 * 1024;  // what a pipe holds (pipe(7))
constexpr int kChunksPerTurn = 64;         // 4 MiB, then the loop's other handles have their turn

}  // namespace

int Capture::Start(EnvLoop* loop, UniqueFd pipe, std::int64_t size) {
  pipe_ = std::move(pipe);
  size_ = size;
  return poll_.Start(loop, pipe_.get(), [this] { Drain(); });
}

void Capture::Drain() {
  char chunk[kChunk];
  for (int i = 0; i < kChunksPerTurn && pipe_.valid(); i++) {
    const ssize_t got = read(pipe_.get(), chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return Close();
    Keep(chunk, static_cast<std::size_t>(got));
  }
}

void Capture::Keep(const char* data, std::size_t size) {
  const std::size_t room = size_ == kUnset ? size : static_cast<std::size_t>(size_) - bytes_.size();
  const std::size_t kept = std::min(size, room);
  bytes_.insert(bytes_.end(), data, data + kept);
  truncated_ = truncated_ || kept < size;
}

void Capture::Close() {
  poll_.Close();
  pipe_.Reset();
}

}  // namespace stint
