#include "channel/frame.h"

#include <cstring>
#include <random>

#include "tests/expect.h"
#include "tests/fuzz.h"

namespace stint {
namespace {

FrameHead Head(std::uint32_t segments, std::uint64_t main_size, std::uint8_t flags = 0) {
  return {kFrameMagic, 1, flags, 0, 7, segments, 0, main_size};
}

void InlinePartsFollowEachOther() {
  FrameLayout layout;
  EXPECT(LayOut(10, {3, 5}, false, &layout));
  EXPECT(layout.main.offset == 16 && layout.main.size == 10);
  EXPECT(layout.segments[0].offset == 26 && layout.segments[1].offset == 29 && layout.total == 34);
}

void SpilledSegmentsBeginAtAPage() {
  FrameLayout layout;
  EXPECT(LayOut(10, {3, kSegmentAlign + 1, 0}, true, &layout));
  for (const Extent& segment : layout.segments) EXPECT(segment.offset % kSegmentAlign == 0);
  EXPECT(layout.segments[1].offset == 2 * kSegmentAlign && layout.segments[2].offset == 4 * kSegmentAlign);
}

void TooManyOrTooLargePartsAreRefused() {
  FrameLayout layout;
  EXPECT(LayOut(0, std::vector<std::uint64_t>(kMaxSegments, 0), true, &layout));
  EXPECT(!LayOut(0, std::vector<std::uint64_t>(kMaxSegments + 1, 0), true, &layout));
  EXPECT(!LayOut(kMaxBody + 1, {}, true, &layout));
  EXPECT(!LayOut(~std::uint64_t{0}, {}, true, &layout));
  EXPECT(!LayOut(0, {~std::uint64_t{0}}, true, &layout));
  EXPECT(!LayOut(kMaxBody, {kMaxBody}, true, &layout));
}

void EachFieldOfAHeadIsChecked() {
  const std::size_t size = sizeof(FrameHead) + 4;
  EXPECT(CheckHead(Head(0, 4), size, false) == nullptr);
  const auto refused = [size](void (*change)(FrameHead*)) {
    FrameHead head = Head(0, 4);
    change(&head);
    return CheckHead(head, size, false) != nullptr;
  };
  EXPECT(refused([](FrameHead* head) { head->magic++; }));
  EXPECT(refused([](FrameHead* head) { head->type = 0; }));
  EXPECT(refused([](FrameHead* head) { head->flags = 2; }));
  EXPECT(refused([](FrameHead* head) { head->reserved = 1; }));
  EXPECT(refused([](FrameHead* head) { head->reserved2 = 1; }));
  EXPECT(refused([](FrameHead* head) { head->segment_count = kMaxSegments + 1; }));
  EXPECT(refused([](FrameHead* head) { head->segment_count = 1; }));
  EXPECT(refused([](FrameHead* head) { head->main_size = kMaxBody + 1; }));
}

void ADescriptorComesWithASpilledFrameAlone() {
  EXPECT(CheckHead(Head(0, 4, kFrameSpilled), sizeof(FrameHead), true) == nullptr);
  EXPECT(CheckHead(Head(0, 4, kFrameSpilled), sizeof(FrameHead), false) != nullptr);
  EXPECT(CheckHead(Head(0, 4, kFrameSpilled), sizeof(FrameHead) + 1, true) != nullptr);
  EXPECT(CheckHead(Head(0, 4), sizeof(FrameHead) + 4, true) != nullptr);
}

void ABodyMustHoldExactlyItsParts() {
  const std::uint64_t table[] = {8};
  FrameLayout layout;
  EXPECT(ParseBody(Head(1, 4), table, 20, &layout) == nullptr);
  EXPECT(ParseBody(Head(1, 4), table, 19, &layout) != nullptr);
  EXPECT(ParseBody(Head(1, 4), table, 21, &layout) != nullptr);
  EXPECT(ParseBody(Head(1, 4), table, 7, &layout) != nullptr);
  EXPECT(ParseBody(Head(1, 4, kFrameSpilled), table, kSegmentAlign + 8, &layout) == nullptr);
  EXPECT(ParseBody(Head(1, 4, kFrameSpilled), table, kSegmentAlign + 9, &layout) == nullptr);  // a spare has room left
  EXPECT(ParseBody(Head(1, 4, kFrameSpilled), table, kSegmentAlign + 7, &layout) != nullptr);
}

bool Inside(const Extent& extent, std::uint64_t size) {
  return extent.offset <= size && extent.size <= size - extent.offset;
}

void WildFramesNeverReachOutside() {
  std::mt19937_64 random(tests::Seed());
  for (long round = tests::Cases(200'000); round > 0; round--) {
    const auto wide = [&random] { return random() >> (random() % 64); };
    FrameHead head = Head(static_cast<std::uint32_t>(random() % 6), wide(), static_cast<std::uint8_t>(random() % 2));
    std::uint64_t table[8];
    for (std::uint64_t& size : table) size = wide();
    const std::uint64_t size = sizeof table + random() % 100'000;
    FrameLayout layout;
    if (ParseBody(head, table, size, &layout) != nullptr) continue;
    EXPECT(Inside(layout.main, size));
    for (const Extent& segment : layout.segments) EXPECT(Inside(segment, size));
  }
}

const tests::AddTests added({
    {"frame: inline parts follow each other", InlinePartsFollowEachOther},
    {"frame: each segment in a memfd begins at a page", SpilledSegmentsBeginAtAPage},
    {"frame: too many or too large parts are refused", TooManyOrTooLargePartsAreRefused},
    {"frame: each field of a head is checked", EachFieldOfAHeadIsChecked},
    {"frame: a descriptor comes with a spilled frame alone", ADescriptorComesWithASpilledFrameAlone},
    {"frame: a body must hold exactly its parts", ABodyMustHoldExactlyItsParts},
    {"frame: wild frames never reach outside their body", WildFramesNeverReachOutside},
});

}  // namespace
}  // namespace stint
