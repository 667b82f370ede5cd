#include "channel/message.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>

#include "support/memfd.h"

namespace stint {
namespace {

std::vector<std::uint64_t> SizesOf(const Outgoing& outgoing) {
  std::vector<std::uint64_t> sizes;
  sizes.reserve(outgoing.segments.size());
  for (const Bytes& segment : outgoing.segments) sizes.push_back(segment.size);
  return sizes;
}

FrameHead HeadOf(const Outgoing& outgoing, std::uint8_t flags) {
  const auto count = static_cast<std::uint32_t>(outgoing.segments.size());
  return {kFrameMagic, outgoing.type, flags, 0, outgoing.token, count, 0, outgoing.main.size};
}

iovec Part(const void* data, std::size_t size) { return {const_cast<void*>(data), size}; }

int SendInline(int socket, const Outgoing& outgoing, const std::vector<std::uint64_t>& sizes, Waiting waiting) {
  const FrameHead head = HeadOf(outgoing, 0);
  // Gathered first: sendmsg(2) takes at most IOV_MAX parts, and segments may be more.
  std::vector<char> body;
  body.reserve(kMaxInline);
  const auto add = [&body](const void* data, std::size_t size) {
    const char* bytes = static_cast<const char*>(data);
    body.insert(body.end(), bytes, bytes + size);
  };
  add(sizes.data(), TableSize(sizes.size()));
  if (outgoing.segments.empty()) {
    const iovec parts[] = {Part(&head, sizeof head), Part(outgoing.main.data, outgoing.main.size)};
    return SendMessage(socket, parts, -1, waiting);
  }
  add(outgoing.main.data, outgoing.main.size);
  for (const Bytes& segment : outgoing.segments) add(segment.data, segment.size);
  const iovec parts[] = {Part(&head, sizeof head), Part(body.data(), body.size())};
  return SendMessage(socket, parts, -1, waiting);
}

using Write = int (*)(int fd, const void* data, std::size_t size, std::uint64_t offset);

int WriteBody(int fd, Write write, const Outgoing& outgoing, const FrameLayout& layout) {
  const std::vector<std::uint64_t> sizes = SizesOf(outgoing);
  if (const int error = write(fd, sizes.data(), TableSize(sizes.size()), 0); error != 0) return error;
  if (const int error = write(fd, outgoing.main.data, outgoing.main.size, layout.main.offset); error != 0) return error;
  for (std::size_t i = 0; i < sizes.size(); i++) {
    const Bytes& segment = outgoing.segments[i];
    if (const int error = write(fd, segment.data, segment.size, layout.segments[i].offset); error != 0) return error;
  }
  return 0;
}

int SendSpilled(int socket, const Outgoing& outgoing, SpareMemfds* spares, Waiting waiting) {
  FrameLayout layout;
  if (!LayOut(outgoing.main.size, SizesOf(outgoing), true, &layout)) return E2BIG;
  UniqueFd fd = spares != nullptr ? spares->Take(layout.total) : UniqueFd();
  const Write write = fd.valid() ? WriteMapped : WriteAt;
  if (!fd.valid()) fd = MakeMemfd("stint-message");
  if (!fd.valid()) return errno;
  // Trailing segments of no bytes may lie past the last byte written.
  if (write == WriteAt && ftruncate(fd.get(), static_cast<off_t>(layout.total)) != 0) return errno;
  if (const int error = WriteBody(fd.get(), write, outgoing, layout); error != 0) return error;
  if (const int error = SealMemfd(fd.get()); error != 0) return error;
  const FrameHead head = HeadOf(outgoing, kFrameSpilled);
  const iovec parts[] = {Part(&head, sizeof head)};
  return SendMessage(socket, parts, fd.get(), waiting);
}

bool MapExtent(int fd, const Extent& extent, IncomingPart* part) {
  part->size = static_cast<std::size_t>(extent.size);
  if (part->size == 0) return true;
  const std::uint64_t start = extent.offset / kSegmentAlign * kSegmentAlign;
  const std::uint64_t size = extent.size + (extent.offset - start);
  // Private: the receiver may write into its copy, and RLIMIT_DATA counts it as its own.
  void* mapping =
      mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, fd, static_cast<off_t>(start));
  if (mapping == MAP_FAILED) return false;
  part->mapping = mapping;
  part->mapping_size = size;
  part->data = static_cast<const char*>(mapping) + (extent.offset - start);
  return true;
}

const char* MapBody(int fd, const FrameLayout& layout, Incoming* incoming) {
  if (!MapExtent(fd, layout.main, &incoming->main)) return "a frame too large to be mapped";
  incoming->segments.resize(layout.segments.size());
  for (std::size_t i = 0; i < layout.segments.size(); i++) {
    if (!MapExtent(fd, layout.segments[i], &incoming->segments[i])) return "a frame too large to be mapped";
  }
  return nullptr;
}

const char* OpenSpilled(int fd, const FrameHead& head, Incoming* incoming) {
  if (!IsSealed(fd)) return "a memfd that is not sealed";
  const std::int64_t size = MemfdSize(fd);
  if (size < 0) return "a memfd without a size";
  std::vector<char> table(TableSize(head.segment_count));
  if (pread(fd, table.data(), table.size(), 0) != static_cast<ssize_t>(table.size()))
    return "a memfd without its table";
  FrameLayout layout;
  const char* reason = ParseBody(head, table.data(), static_cast<std::uint64_t>(size), &layout);
  return reason != nullptr ? reason : MapBody(fd, layout, incoming);
}

const char* OpenInline(const FrameHead& head, const char* body, std::size_t size, Incoming* incoming) {
  FrameLayout layout;
  if (const char* reason = ParseBody(head, body, size, &layout); reason != nullptr) return reason;
  incoming->main = {body + layout.main.offset, static_cast<std::size_t>(layout.main.size), nullptr, 0};
  for (const Extent& extent : layout.segments) {
    incoming->segments.push_back({body + extent.offset, static_cast<std::size_t>(extent.size), nullptr, 0});
  }
  return nullptr;
}

const char* Open(const Received& received, const char* buffer, Incoming* incoming) {
  if (received.truncated) return "a message that is too long or carries too many descriptors";
  if (received.size < sizeof(FrameHead)) return "a message shorter than a frame's head";
  FrameHead head;
  std::memcpy(&head, buffer, sizeof head);
  if (const char* reason = CheckHead(head, received.size, received.fd.valid()); reason != nullptr) return reason;
  incoming->type = head.type;
  incoming->token = head.token;
  if (received.fd.valid()) return OpenSpilled(received.fd.get(), head, incoming);
  return OpenInline(head, buffer + sizeof head, received.size - sizeof head, incoming);
}

void Unmap(const IncomingPart& part) {
  if (part.mapping != nullptr) munmap(part.mapping, part.mapping_size);
}

}  // namespace

int SpareMemfds::Prepare(int count, std::uint64_t size) {
  size_ = size;
  for (int i = 0; i < count; i++) {
    UniqueFd fd = MakeMemfd("stint-message");
    if (!fd.valid() || ftruncate(fd.get(), static_cast<off_t>(size)) != 0) return errno;
    fds_.push_back(std::move(fd));
  }
  return 0;
}

UniqueFd SpareMemfds::Take(std::uint64_t size) {
  if (fds_.empty() || size > size_) return UniqueFd();
  UniqueFd fd = std::move(fds_.back());
  fds_.pop_back();
  return fd;
}

int SendFrame(int socket, const Outgoing& outgoing, SpareMemfds* spares, Waiting waiting) {
  FrameLayout layout;
  const std::vector<std::uint64_t> sizes = SizesOf(outgoing);
  if (!LayOut(outgoing.main.size, sizes, false, &layout)) return E2BIG;
  if (sizeof(FrameHead) + layout.total <= kMaxInline) return SendInline(socket, outgoing, sizes, waiting);
  return SendSpilled(socket, outgoing, spares, waiting);
}

Incoming::~Incoming() {
  Unmap(main);
  for (const IncomingPart& segment : segments) Unmap(segment);
}

Receipt ReceiveFrame(int socket, char* buffer, Incoming* incoming, const char** reason) {
  Received received;
  const int error = ReceiveMessage(socket, buffer, kReceiveBuffer, &received);
  incoming->unread = received.unread;
  if (error == EAGAIN) return Receipt::kNothing;
  if (error != 0 || received.size == 0) return Receipt::kClosed;
  *reason = Open(received, buffer, incoming);
  return *reason == nullptr ? Receipt::kMessage : Receipt::kGarbage;
}

}  // namespace stint
