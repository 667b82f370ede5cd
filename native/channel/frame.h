// One message of the channel (host <-> worker): how it lies in a SOCK_SEQPACKET message or in a memfd. Pure code: no
// descriptor, no Node; fuzzed.
//
//   FrameHead | body                      up to kMaxInline bytes in all
//   FrameHead (kFrameSpilled)             the body lies in a sealed memfd that comes along (SCM_RIGHTS)
//   body: std::uint64_t sizes[segment_count] | main | segments
//
// Inline, segments follow each other; in a memfd each begins at a multiple of kSegmentAlign, so that the receiver can
// map it by itself. A peer may write anything: nothing of a frame is believed before ParseFrame has checked it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace stint {

constexpr std::uint32_t kFrameMagic = 0x464e5453;  // "STNF"
constexpr std::size_t kMaxInline = 64 * 1024;
constexpr std::size_t kMaxSegments = 1024;  // each may cost the receiver a mapping, of 65,530 that a process may have
constexpr std::uint64_t kMaxBody = std::uint64_t{1} << 46;
constexpr std::uint64_t kSegmentAlign = 64 * 1024;  // a multiple of every page size of Linux

enum FrameFlags : std::uint8_t { kFrameSpilled = 1 };

struct FrameHead {
  std::uint32_t magic;
  std::uint8_t type;  // lib/transport/messages.ts; 0 is none
  std::uint8_t flags;
  std::uint16_t reserved;
  std::uint64_t token;
  std::uint32_t segment_count;
  std::uint32_t reserved2;
  std::uint64_t main_size;
};
static_assert(sizeof(FrameHead) == 32);

/// A part of a body: offset from the body's beginning.
struct Extent {
  std::uint64_t offset;
  std::uint64_t size;
};

/// Where the parts of a body lie.
struct FrameLayout {
  Extent main{};
  std::vector<Extent> segments;
  std::uint64_t total = 0;  // bytes of the body
};

/// The layout of a body with these sizes. False when there are too many segments, or it would pass kMaxBody.
bool LayOut(std::uint64_t main_size, const std::vector<std::uint64_t>& sizes, bool spilled, FrameLayout* layout);

/// Null when the head is sound, else what is wrong with it. `size` is that of the whole socket message.
const char* CheckHead(const FrameHead& head, std::size_t size, bool has_fd);

/// Reads the table at the beginning of a body of `size` bytes, `table` being readable for the table's length.
/// Null when all lies inside, else what is wrong.
const char* ParseBody(const FrameHead& head, const void* table, std::uint64_t size, FrameLayout* layout);

/// Bytes of a frame's table of sizes.
constexpr std::uint64_t TableSize(std::uint64_t segment_count) { return segment_count * sizeof(std::uint64_t); }

}  // namespace stint
