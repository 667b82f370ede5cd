#include "keep/tree_memory.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <initializer_list>

#include "support/proc_file.h"
#include "support/unique_fd.h"

namespace stint {
namespace {

constexpr std::size_t kFileSize = 4096;

std::int64_t SumOfLines(std::string_view text, std::initializer_list<std::string_view> names) {
  std::int64_t sum = 0;
  for (const std::string_view name : names) sum += std::max<std::int64_t>(0, StatusBytes(text, name));
  return sum;
}

std::int64_t SumOfTree(const Tree& tree, int proc_fd, const char* file, std::initializer_list<std::string_view> names) {
  std::int64_t sum = 0;
  for (const Member& member : tree.members()) {
    if (member.zombie) continue;
    char path[32];
    char text[kFileSize];
    std::snprintf(path, sizeof path, "%d/%s", member.pid, file);
    sum += SumOfLines(ReadFileAt(proc_fd, path, text, sizeof text), names);
  }
  return sum;
}

}  // namespace

std::int64_t SumOfMemory(const Tree& tree, int proc_fd) {
  return SumOfTree(tree, proc_fd, "status", {"RssAnon:", "RssShmem:", "VmSwap:"});
}

std::int64_t SumOfShares(const Tree& tree, int proc_fd) {
  return SumOfTree(tree, proc_fd, "smaps_rollup", {"Pss_Anon:", "Pss_Shmem:", "SwapPss:"});
}

std::int64_t PeakOf(pid_t pid, int proc_fd) {
  char path[32];
  char text[kFileSize];
  std::snprintf(path, sizeof path, "%d/status", pid);
  return SumOfLines(ReadFileAt(proc_fd, path, text, sizeof text), {"VmHWM:"});
}

void ResetPeak(pid_t pid, int proc_fd) {
  char path[32];
  std::snprintf(path, sizeof path, "%d/clear_refs", pid);
  const UniqueFd file(openat(proc_fd, path, O_WRONLY | O_CLOEXEC));
  if (file.valid() && write(file.get(), "5", 1) != 1) return;  // peaks then include the boot
}

}  // namespace stint
