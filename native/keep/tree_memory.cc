#include "keep/tree_memory.h"

#include <fcntl.h>
#include <linux/kcmp.h>
#include <sys/syscall.h>
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

std::int64_t SumIn(pid_t pid, int proc_fd, const char* file, std::initializer_list<std::string_view> names) {
  char path[32];
  char text[kFileSize];
  std::snprintf(path, sizeof path, "%d/%s", pid, file);
  return SumOfLines(ReadFileAt(proc_fd, path, text, sizeof text), names);
}

std::int64_t ResidentOf(pid_t pid, int proc_fd) {
  return SumIn(pid, proc_fd, "status", {"RssAnon:", "RssShmem:", "VmSwap:"});
}

std::int64_t ShareOf(pid_t pid, int proc_fd) {
  return SumIn(pid, proc_fd, "smaps_rollup", {"Pss_Anon:", "Pss_Shmem:", "SwapPss:"});
}

/// Between vfork(2) and exec(2): its memory is its parent's, which Pss counts for both. See kcmp(2).
bool BorrowsFrom(pid_t parent, pid_t pid) { return syscall(SYS_kcmp, parent, pid, KCMP_VM, 0, 0) == 0; }

}  // namespace

std::int64_t SumOfMemory(const Tree& tree, int proc_fd) {
  std::int64_t sum = 0;
  for (const Member& member : tree.members()) sum += member.zombie ? 0 : ResidentOf(member.pid, proc_fd);
  return sum;
}

std::int64_t SumOfShares(const Tree& tree, int proc_fd, pid_t left_out) {
  std::int64_t sum = 0;
  for (const Member& member : tree.members()) {
    if (member.zombie || member.pid == left_out || BorrowsFrom(member.parent, member.pid)) continue;
    sum += ShareOf(member.pid, proc_fd);
  }
  return sum;
}

std::int64_t ShareAbove(std::int64_t inherited, pid_t pid, int proc_fd) {
  const std::int64_t own = ResidentOf(pid, proc_fd) - inherited;
  return std::clamp<std::int64_t>(own, 0, ShareOf(pid, proc_fd));
}

std::int64_t PeakOf(pid_t pid, int proc_fd) { return SumIn(pid, proc_fd, "status", {"VmHWM:"}); }

void ResetPeak(pid_t pid, int proc_fd) {
  char path[32];
  std::snprintf(path, sizeof path, "%d/clear_refs", pid);
  const UniqueFd file(openat(proc_fd, path, O_WRONLY | O_CLOEXEC));
  if (file.valid() && write(file.get(), "5", 1) != 1) return;  // peaks then include the boot
}

}  // namespace stint
