#include "channel/frame.h"

#include <cstring>

namespace stint {
namespace {

std::uint64_t AlignUp(std::uint64_t value) { return (value + kSegmentAlign - 1) / kSegmentAlign * kSegmentAlign; }

}  // namespace

bool LayOut(std::uint64_t main_size, const std::vector<std::uint64_t>& sizes, bool spilled, FrameLayout* layout) {
  if (sizes.size() > kMaxSegments || main_size > kMaxBody) return false;
  layout->main = {TableSize(sizes.size()), main_size};
  layout->segments.clear();
  layout->segments.reserve(sizes.size());
  std::uint64_t at = layout->main.offset + main_size;
  for (const std::uint64_t size : sizes) {
    if (spilled) at = AlignUp(at);
    if (size > kMaxBody || at + size > kMaxBody) return false;  // neither sum can wrap: each part is below 2^47
    layout->segments.push_back({at, size});
    at += size;
  }
  layout->total = at;
  return at <= kMaxBody;
}

const char* CheckHead(const FrameHead& head, std::size_t size, bool has_fd) {
  if (head.magic != kFrameMagic) return "a message without the frame's magic number";
  if (head.type == 0 || head.reserved != 0 || head.reserved2 != 0) return "a frame with an unknown type or field";
  if ((head.flags & ~kFrameSpilled) != 0) return "a frame with unknown flags";
  if (head.segment_count > kMaxSegments) return "a frame with too many segments";
  if (head.main_size > kMaxBody) return "a frame that is too large";
  const bool spilled = (head.flags & kFrameSpilled) != 0;
  if (spilled != has_fd) return spilled ? "a frame without its memfd" : "a frame with a descriptor nobody asked for";
  if (spilled && size != sizeof(FrameHead)) return "a frame with bytes after its head";
  if (!spilled && size - sizeof(FrameHead) < TableSize(head.segment_count)) return "a frame shorter than its table";
  return nullptr;
}

const char* ParseBody(const FrameHead& head, const void* table, std::uint64_t size, FrameLayout* layout) {
  if (head.segment_count > kMaxSegments || TableSize(head.segment_count) > size)
    return "a frame shorter than its table";
  std::vector<std::uint64_t> sizes(head.segment_count);
  if (!sizes.empty()) std::memcpy(sizes.data(), table, sizes.size() * sizeof(std::uint64_t));
  const bool spilled = (head.flags & kFrameSpilled) != 0;
  if (!LayOut(head.main_size, sizes, spilled, layout)) return "a frame that is too large";
  if (layout->total > size) return "a frame whose parts lie outside it";
  if (!spilled && layout->total != size) return "a frame with bytes after its body";
  return nullptr;
}

}  // namespace stint
