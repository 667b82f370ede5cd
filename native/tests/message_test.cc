#include "channel/message.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>

#include "support/memfd.h"
#include "tests/expect.h"

namespace stint {
namespace {

std::string TextOf(const IncomingPart& part) { return {part.data, part.size}; }

Bytes BytesOf(const std::string& text) { return {text.data(), text.size()}; }

/// Two ends, and what arrives at the second.
struct Wire {
  Wire() {
    MakeSocketPair(&pair);
    GrowSendBuffer(pair.ours.get());
  }
  Receipt Receive(Incoming* incoming) { return ReceiveFrame(pair.theirs.get(), buffer.data(), incoming, &reason); }
  int SendRaw(const void* data, std::size_t size, int fd = -1) {
    const iovec parts[] = {{const_cast<void*>(data), size}};
    return SendMessage(pair.ours.get(), parts, fd, Waiting::kNo);
  }

  SocketPair pair;
  std::vector<char> buffer = std::vector<char>(kReceiveBuffer);
  const char* reason = nullptr;
};

bool Arrives(std::size_t main_size, std::size_t segment_size, SpareMemfds* spares = nullptr) {
  Wire wire;
  const std::string main(main_size, 'm');
  const std::string segment(segment_size, 's');
  if (SendFrame(wire.pair.ours.get(), {9, 77, BytesOf(main), {BytesOf(segment), {}}}, spares, Waiting::kNo) != 0) {
    return false;
  }
  Incoming incoming;
  return wire.Receive(&incoming) == Receipt::kMessage && incoming.type == 9 && incoming.token == 77 &&
         TextOf(incoming.main) == main && incoming.segments.size() == 2 && TextOf(incoming.segments[0]) == segment &&
         incoming.segments[1].size == 0;
}

void AMessageArrivesAsItWasSent() {
  EXPECT(Arrives(0, 0));
  EXPECT(Arrives(5, 3));
  const std::size_t overhead = sizeof(FrameHead) + TableSize(2);
  EXPECT(Arrives(kMaxInline - overhead, 0));      // the largest that is sent inline
  EXPECT(Arrives(kMaxInline - overhead + 1, 0));  // the smallest that is not
  EXPECT(Arrives(3, 1'000'000));
  EXPECT(Arrives(1'000'000, kSegmentAlign));
}

/// Runs `check` in a child where no file may grow beyond a page; whether it held there.
bool HoldsUnderFileSizeLimit(bool (*check)(SpareMemfds*), SpareMemfds* spares) {
  const pid_t pid = fork();
  if (pid == 0) {
    const rlimit limit{4096, 4096};
    signal(SIGXFSZ, SIG_IGN);
    _exit(setrlimit(RLIMIT_FSIZE, &limit) == 0 && check(spares) ? 0 : 1);
  }
  int status = -1;
  return waitpid(pid, &status, 0) == pid && status == 0;
}

void ASpareCarriesWhatAFileSizeLimitForbids() {
  SpareMemfds spares;
  EXPECT(spares.Prepare(1, 10'000'000) == 0);
  EXPECT(HoldsUnderFileSizeLimit([](SpareMemfds* given) { return Arrives(300'000, 5'000'000, given); }, &spares));
  EXPECT(HoldsUnderFileSizeLimit([](SpareMemfds*) { return !Arrives(300'000, 10, nullptr); }, &spares));
}

void TooManySegmentsAreRefusedBeforeSending() {
  Wire wire;
  const Outgoing outgoing{1, 0, {}, std::vector<Bytes>(kMaxSegments + 1)};
  EXPECT(SendFrame(wire.pair.ours.get(), outgoing, nullptr, Waiting::kNo) == E2BIG);
}

void AFullSocketIsTold() {
  Wire wire;
  const std::string main(60'000, 'm');
  int error = 0;
  for (int i = 0; i < 100 && error == 0; i++) {
    error = SendFrame(wire.pair.ours.get(), {1, 0, BytesOf(main), {}}, nullptr, Waiting::kNo);
  }
  EXPECT(error == EAGAIN);
}

void APeerThatIsGoneIsTold() {
  Wire wire;
  wire.pair.theirs.Reset();
  EXPECT(SendFrame(wire.pair.ours.get(), {1, 0, {}, {}}, nullptr, Waiting::kUntilSent) == EPIPE);
  Wire other;
  other.pair.ours.Reset();
  Incoming incoming;
  EXPECT(other.Receive(&incoming) == Receipt::kClosed);
}

void WhatAPeerSentBeforeItWentIsStillReceived() {
  Wire wire;
  const char unread[] = "never read";
  const iovec parts[] = {{const_cast<char*>(unread), sizeof unread}};
  EXPECT(SendMessage(wire.pair.theirs.get(), parts, -1, Waiting::kNo) == 0);
  EXPECT(SendFrame(wire.pair.ours.get(), {4, 0, {}, {}}, nullptr, Waiting::kNo) == 0);
  wire.pair.ours.Reset();  // with an unread message: ECONNRESET comes first
  Incoming incoming;
  EXPECT(wire.Receive(&incoming) == Receipt::kMessage && incoming.type == 4);
}

bool IsGarbage(const std::string& bytes, int fd = -1) {
  Wire wire;
  Incoming incoming;
  return wire.SendRaw(bytes.data(), bytes.size(), fd) == 0 && wire.Receive(&incoming) == Receipt::kGarbage;
}

std::string HeadBytes(std::uint8_t flags, std::uint32_t segments, std::uint64_t main_size) {
  const FrameHead head{kFrameMagic, 1, flags, 0, 0, segments, 0, main_size};
  return {reinterpret_cast<const char*>(&head), sizeof head};
}

void BytesThatAreNoFrameAreGarbage() {
  EXPECT(IsGarbage("x"));
  EXPECT(IsGarbage(std::string(1000, 'x')));
  EXPECT(IsGarbage(HeadBytes(0, 0, 5) + "four"));
  EXPECT(IsGarbage(HeadBytes(0, 0, kMaxInline) + std::string(kMaxInline, 'x')));  // longer than any of ours
  EXPECT(IsGarbage(HeadBytes(0, 5, 0)));
}

void AMemfdThatIsNotSealedOrTooSmallIsGarbage() {
  const UniqueFd open_file = MakeMemfd("test");
  EXPECT(ftruncate(open_file.get(), 100'000) == 0);
  EXPECT(IsGarbage(HeadBytes(kFrameSpilled, 0, 100'000), open_file.get()));
  EXPECT(SealMemfd(open_file.get()) == 0);
  EXPECT(!IsGarbage(HeadBytes(kFrameSpilled, 0, 100'000), open_file.get()));
  EXPECT(IsGarbage(HeadBytes(kFrameSpilled, 0, 100'001), open_file.get()));
  EXPECT(IsGarbage(HeadBytes(kFrameSpilled, kMaxSegments, 100'000), open_file.get()));
  const UniqueFd null(open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT(IsGarbage(HeadBytes(kFrameSpilled, 0, 10), null.get()));
}

void DescriptorsNobodyAskedForAreClosed() {
  const UniqueFd before(dup(0));
  const UniqueFd null(open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT(IsGarbage(HeadBytes(0, 0, 0), null.get()));
  const UniqueFd after(dup(0));
  EXPECT(after.get() == null.get() + 1);  // the lowest free number is still the next one
}

const tests::AddTests added({
    {"message: arrives as it was sent, inline and by memfd", AMessageArrivesAsItWasSent},
    {"message: a spare memfd carries what RLIMIT_FSIZE forbids", ASpareCarriesWhatAFileSizeLimitForbids},
    {"message: too many segments are refused before sending", TooManySegmentsAreRefusedBeforeSending},
    {"message: a full socket is told", AFullSocketIsTold},
    {"message: a peer that is gone is told", APeerThatIsGoneIsTold},
    {"message: what a peer sent before it went is still received", WhatAPeerSentBeforeItWentIsStillReceived},
    {"message: bytes that are no frame are garbage", BytesThatAreNoFrameAreGarbage},
    {"message: a memfd that is not sealed or too small is garbage", AMemfdThatIsNotSealedOrTooSmallIsGarbage},
    {"message: descriptors nobody asked for are closed", DescriptorsNobodyAskedForAreClosed},
});

}  // namespace
}  // namespace stint
