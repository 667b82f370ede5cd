// A captured stream: read on the loop, its first bytes kept, the rest drained so that the job never blocks on it.
#pragma once
#include <cstdint>
#include <vector>

#include "channel/poll.h"
#include "support/unique_fd.h"

namespace stint {

class Capture {
 public:
  /// Keeps `size` bytes; kUnset = all. 0 or an errno.
  int Start(EnvLoop* loop, UniqueFd pipe, std::int64_t size);
  /// Reads what is there: until the end of the stream or until nothing is left. Bounded: somebody to whom the job
  /// passed the descriptor may write for ever.
  void Drain();
  void SetRef(bool on) { poll_.SetRef(on); }
  /// Stops reading; what was kept stays.
  void Close();

  /// Forgets what was kept: the next job's begins.
  void Clear() {
    bytes_.clear();
    truncated_ = false;
  }

  const std::vector<char>& bytes() const { return bytes_; }
  bool truncated() const { return truncated_; }

 private:
  void Keep(const char* data, std::size_t size);

  UniqueFd pipe_;
  Poll poll_;
  std::int64_t size_ = 0;
  std::vector<char> bytes_;
  bool truncated_ = false;
};

}  // namespace stint
