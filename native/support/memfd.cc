#include "support/memfd.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace stint {
namespace {

#ifndef MFD_NOEXEC_SEAL
constexpr unsigned kNoExecSeal = 0x0008U;
#else
constexpr unsigned kNoExecSeal = MFD_NOEXEC_SEAL;
#endif
constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
constexpr std::uint64_t kPage = 64 * 1024;  // the largest page of Linux: right for each
constexpr std::size_t kWindow = 4 << 20;    // small, so that it fits under RLIMIT_AS

}  // namespace

UniqueFd MakeMemfd(const char* name) {
  constexpr unsigned kFlags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  const int fd = memfd_create(name, kFlags | kNoExecSeal);
  if (fd >= 0 || errno != EINVAL) return UniqueFd(fd);
  return UniqueFd(memfd_create(name, kFlags));
}

int WriteAt(int fd, const void* data, std::size_t size, std::uint64_t offset) {
  const char* next = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t put = pwrite(fd, next, size, static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return errno;
    next += put;
    size -= static_cast<std::size_t>(put);
    offset += static_cast<std::uint64_t>(put);
  }
  return 0;
}

int WriteMapped(int fd, const void* data, std::size_t size, std::uint64_t offset) {
  const char* next = static_cast<const char*>(data);
  while (size > 0) {
    const std::uint64_t start = offset - offset % kPage;
    const std::size_t lead = static_cast<std::size_t>(offset - start);
    const std::size_t part = std::min(size, kWindow - lead);
    void* window = mmap(nullptr, lead + part, PROT_READ | PROT_WRITE, MAP_SHARED, fd, static_cast<off_t>(start));
    if (window == MAP_FAILED) return errno;
    std::memcpy(static_cast<char*>(window) + lead, next, part);
    munmap(window, lead + part);
    next += part;
    size -= part;
    offset += part;
  }
  return 0;
}

int SealMemfd(int fd) { return fcntl(fd, F_ADD_SEALS, kSeals) == 0 ? 0 : errno; }

std::int64_t MemfdSize(int fd) { return lseek(fd, 0, SEEK_END); }

bool IsSealed(int fd) {
  const int seals = fcntl(fd, F_GET_SEALS);
  return seals >= 0 && (seals & kSeals) == kSeals;
}

}  // namespace stint
