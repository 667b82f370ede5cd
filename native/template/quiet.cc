#include "template/quiet.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>

#include "keep/directory.h"
#include "support/clock.h"
#include "support/proc_file.h"
#include "support/unique_fd.h"

namespace stint {
namespace {

constexpr std::int64_t kPatienceNs = 500 * kNsPerMs;
constexpr long kGapNs = 200 * 1000;

/// The state, third field of proc_pid_stat(5). One that is gone does nothing either.
bool Sleeps(int tasks, pid_t tid) {
  char path[24];
  char text[512];
  std::snprintf(path, sizeof path, "%d/stat", tid);
  const std::string_view stat = ReadFileAt(tasks, path, text, sizeof text);
  const std::size_t name_end = stat.rfind(')');
  return name_end == std::string_view::npos || name_end + 2 >= stat.size() || stat[name_end + 2] == 'S';
}

bool OthersSleep() {
  const UniqueFd tasks(open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const auto self = static_cast<pid_t>(syscall(SYS_gettid));
  bool all = true;
  ForEachNumber(tasks.get(), [&](pid_t tid) { return all = tid == self || Sleeps(tasks.get(), tid); });
  return all;
}

}  // namespace

void AwaitQuiet() {
  const std::int64_t until = MonotonicNs() + kPatienceNs;
  while (!OthersSleep() && MonotonicNs() < until) {
    const timespec gap{0, kGapNs};
    nanosleep(&gap, nullptr);
  }
}

}  // namespace stint
