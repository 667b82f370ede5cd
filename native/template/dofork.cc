#include "template/dofork.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <string>

#include "support/unique_fd.h"

namespace stint {
namespace {

constexpr std::size_t kChunk = 16 * 1024;

/// One line of proc_pid_maps(5). What the kernel mapped itself ([vvar], VM_IO) refuses, and needs no change.
void UndoLine(const char* line) {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  char modes[5] = {};
  if (std::sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s", &start, &end, modes) != 3 || modes[3] != 'p') return;
  madvise(reinterpret_cast<void*>(start), end - start, MADV_DOFORK);
}

}  // namespace

int UndoDontFork() {
  const UniqueFd maps(open("/proc/self/maps", O_RDONLY | O_CLOEXEC));
  if (!maps.valid()) return errno;
  std::string text;
  char chunk[kChunk];
  // Read whole before anything is changed: madvise may join mappings.
  for (ssize_t got; (got = read(maps.get(), chunk, sizeof chunk)) != 0;) {
    if (got < 0 && errno != EINTR) return errno;
    if (got > 0) text.append(chunk, static_cast<std::size_t>(got));
  }
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string::npos) break;
    text[end] = '\0';
    UndoLine(text.c_str() + at);
    at = end + 1;
  }
  return 0;
}

}  // namespace stint
