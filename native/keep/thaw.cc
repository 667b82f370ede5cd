#include "keep/thaw.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <string_view>

#include "support/proc_file.h"
#include "support/unique_fd.h"

namespace stint {
namespace {

constexpr std::size_t kFileSize = 16 * 1024;

/// The text from after `start` to the end of the line that has it; empty where none does.
std::string_view Rest(std::string_view text, std::string_view start) {
  const std::size_t at = text.find(start);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + start.size());
  return rest.substr(0, rest.find('\n'));
}

/// The group in the freezer's hierarchy (proc_pid_cgroup(5)).
std::string FreezerOf(const char* process) {
  char path[48], text[kFileSize];
  std::snprintf(path, sizeof path, "/proc/%s/cgroup", process);
  return std::string(Rest(ReadFileAt(-1, path, text, sizeof text), ":freezer:"));
}

/// Where that hierarchy is mounted from its root on (proc_pid_mountinfo(5)): "ID PARENT DEVICE / POINT ... - cgroup ...
/// rw,freezer".
std::string FreezerMount() {
  char text[kFileSize];
  std::string_view mounts = ReadFileAt(-1, "/proc/self/mountinfo", text, sizeof text);
  while (!mounts.empty()) {
    const std::string_view line = mounts.substr(0, mounts.find('\n'));
    mounts.remove_prefix(line.size() < mounts.size() ? line.size() + 1 : line.size());
    const std::size_t root = line.find(" / ");
    const bool freezer = line.find(" - cgroup ") != std::string_view::npos && line.ends_with(",freezer");
    if (!freezer || root == std::string_view::npos) continue;
    const std::string_view point = line.substr(root + 3);
    return std::string(point.substr(0, point.find(' ')));
  }
  return {};
}

}  // namespace

void Thaw(pid_t pid) {
  char number[16];
  const int length = std::snprintf(number, sizeof number, "%d", pid);
  const std::string own = FreezerOf("self");
  const std::string mount = FreezerMount();
  if (own.empty() || mount.empty() || FreezerOf(number) == own) return;
  const UniqueFd door(open((mount + own + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
  if (door.valid() && write(door.get(), number, static_cast<std::size_t>(length)) != length) return;
}

}  // namespace stint
