// A message of the channel on its way in or out, free of Node: the frame codec joined with socket and memfd.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "channel/frame.h"
#include "channel/socket.h"
#include "support/bytes.h"

namespace stint {

struct Outgoing {
  std::uint8_t type;
  std::uint64_t token;
  Bytes main;
  std::vector<Bytes> segments;  // at most kMaxSegments
};

/// Memfds made before RLIMIT_FSIZE stood: that limit applies to pwrite(2) and ftruncate(2) on a memfd, but not to
/// what is written through a shared mapping.
class SpareMemfds {
 public:
  /// Makes `count` of them with room for `size` bytes each (sparse: no memory is used). 0 or an errno.
  int Prepare(int count, std::uint64_t size);
  /// One of them, invalid where there is none with that much room.
  UniqueFd Take(std::uint64_t size);

 private:
  std::vector<UniqueFd> fds_;
  std::uint64_t size_ = 0;
};

/// Sends one message: whole in the socket up to 64 KiB, else by a sealed memfd (one of `spares` when it has any).
/// 0 or an errno: E2BIG for too many segments, EAGAIN, EPIPE, ENOMEM, ENOSPC, EFBIG.
int SendFrame(int socket, const Outgoing& outgoing, SpareMemfds* spares, Waiting waiting);

/// Memory of a part of a message: a private mapping of the peer's memfd (unmapped by the last owner), or null with
/// `size` bytes at `data` in the receiver's buffer.
struct IncomingPart {
  const char* data = nullptr;
  std::size_t size = 0;
  void* mapping = nullptr;  // owned; mapping_size bytes
  std::size_t mapping_size = 0;
};

class Incoming {
 public:
  Incoming() = default;
  ~Incoming();
  Incoming(const Incoming&) = delete;
  Incoming& operator=(const Incoming&) = delete;

  bool unread = false;  // as in Received; told once, whatever else came
  std::uint8_t type = 0;
  std::uint64_t token = 0;
  IncomingPart main;
  std::vector<IncomingPart> segments;
};

enum class Receipt { kMessage, kNothing, kClosed, kGarbage };

/// Receives one message without waiting; inline parts lie in `buffer` (kReceiveBuffer bytes) until the next call.
/// `*reason` is set with kGarbage.
Receipt ReceiveFrame(int socket, char* buffer, Incoming* incoming, const char** reason);
constexpr std::size_t kReceiveBuffer = kMaxInline + 1;  // one more, so that a longer message shows as truncated

}  // namespace stint
