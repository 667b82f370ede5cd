#include "keep/tree.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <climits>
#include <cstdio>
#include <utility>

#include "keep/cpu_clock.h"
#include "keep/directory.h"
#include "keep/wait_result.h"
#include "support/clock.h"
#include "support/proc_file.h"

namespace stint {
namespace {

// fs/proc/base.c: FIRST_PROCESS_ENTRY (256), and two entries for self and thread-self.
constexpr off_t kFirstProcess = 258;
// Numbers cannot wrap between two looks that are closer than this: 32768 forks take longer.
constexpr std::int64_t kSafeGapNs = kNsPerSecond / 2;
constexpr pid_t kNewcomers = 256;
constexpr std::int64_t kChaseNs = 20 * kNsPerMs;
constexpr std::size_t kNear = 16;

/// The text after so many spaces.
std::string_view After(std::string_view text, int spaces) {
  while (spaces-- > 0) text.remove_prefix(std::min(text.size(), text.find(' ') + 1));
  return text;
}

/// proc_pid_stat(5), sigignore (field 33) from field 23 on: shown for every process, unlike status.
bool IgnoresChildren(std::string_view fields) {
  const std::string_view text = After(fields, 33 - 23);
  std::uint64_t ignored = 0;
  std::from_chars(text.data(), text.data() + text.size(), ignored);
  return (ignored & (std::uint64_t{1} << (SIGCHLD - 1))) != 0;
}

/// proc_pid_stat(5): state, ppid (fields 3, 4), cutime, cstime (16, 17), starttime (22), after the name in brackets.
bool ParseStat(std::string_view text, Member* member) {
  const std::size_t bracket = text.rfind(')');
  if (bracket == std::string_view::npos || bracket + 4 >= text.size()) return false;
  const char state = text[bracket + 2];
  member->zombie = state == 'Z' || state == 'X';
  member->stuck = state == 'D';
  const char* at = text.data() + bracket + 4;
  const char* end = text.data() + text.size();
  std::int64_t fields[23] = {};
  for (int field = 4; field <= 22; field++) {
    const auto result = std::from_chars(at, end, fields[field]);
    if (result.ec != std::errc() || result.ptr >= end) return false;
    at = result.ptr + 1;
  }
  member->parent = static_cast<pid_t>(fields[4]);
  member->started = static_cast<std::uint64_t>(fields[22]);
  member->children_ns = (fields[16] + fields[17]) * (kNsPerSecond / sysconf(_SC_CLK_TCK));
  member->forgets = IgnoresChildren({at, end});
  return true;
}

/// A tracee counts as a child, whoever its parent is; a thread may be one, too.
bool IsLivingChild(pid_t pid) {
  siginfo_t info{};
  const int result = waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT | __WALL);
  return result == 0 && (info.si_pid == 0 || IsStop(info)) && IsProcess(pid);
}

}  // namespace

int Tree::proc_fd() {
  if (!proc_.valid()) proc_.Reset(open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return proc_.get();
}

void Tree::Begin(pid_t root, pid_t first, std::int64_t now) {
  root_ = root;
  first_ = last_pid_ = first;
  except_ = 0;
  looked_ns_ = now;
  look_everywhere_ = wrapped_ = false;
}

bool Tree::Scan(std::int64_t now) {
  return Read([this, now] {
    // What is forked meanwhile gets numbers after the last one, and who follows those that fork without an end never
    // comes to the end of it: what lies above is read first, what lies below up to there.
    const pid_t lowest = Lowest(now);
    const pid_t newest = last_pid_ + kNewcomers;
    return (lowest > 1 || List(newest + 1, INT_MAX)) && List(lowest, newest);
  });
}

bool Tree::ScanAndKill(std::int64_t now) {
  return Read([this, now] {
    const pid_t lowest = Lowest(now);
    const pid_t fresh = std::max(lowest, last_pid_ - kNewcomers);
    KillNewestChildren(fresh);
    return Chase(fresh) && (fresh == lowest || List(lowest, fresh - 1));
  });
}

template <typename Listing>
bool Tree::Read(Listing listing) {
  members_.clear();
  if (proc_fd() < 0 || !listing()) return false;
  std::sort(members_.begin(), members_.end(), [](const Member& a, const Member& b) { return a.pid < b.pid; });
  JoinTwice();
  MarkDescendants();
  // After a look at all of /proc: its own processes lie from there upwards, and new ones above the newest, until the
  // numbers wrap again. They may have wrapped unseen before it, for a worker that was parked for long.
  first_ = std::min(first_, members_.empty() ? last_pid_ : std::min(last_pid_, members_.front().pid));
  return true;
}

/// Where to begin; at 1 when the numbers may have wrapped.
pid_t Tree::Lowest(std::int64_t now) { return MayHaveWrapped(now) ? 1 : first_; }

/// The number that was given last (proc_loadavg(5)).
pid_t Tree::LastPid() const {
  char text[64];
  std::string_view load = ReadFileAt(proc_.get(), "loadavg", text, sizeof text);
  load.remove_prefix(std::min(load.size(), load.rfind(' ') + 1));
  pid_t last = 0;
  std::from_chars(load.data(), load.data() + load.size(), last);
  return last;
}

bool Tree::MayHaveWrapped(std::int64_t now) {
  const bool told = std::exchange(look_everywhere_, false);
  const bool long_ago = now - looked_ns_ > kSafeGapNs;
  looked_ns_ = now;
  const pid_t last = LastPid();
  // From then on its processes have numbers below its first one's, too.
  wrapped_ = wrapped_ || last < last_pid_;
  last_pid_ = last;
  return told || long_ago || wrapped_;
}

bool Tree::List(pid_t from, pid_t to) {
  if (lseek(proc_.get(), kFirstProcess + from, SEEK_SET) < 0) return false;
  return ForEachNumber(proc_.get(), [this, to](pid_t pid) {
    if (pid <= to) Add(pid);
    return pid < to;
  });
}

/// Who forks and exits for ever is a child of the keeper as soon as its parent has gone. Asking wait about a number
/// costs a fraction of a look at it in /proc.
void Tree::KillNewestChildren(pid_t from) {
  const std::int64_t until = MonotonicNs() + kChaseNs;
  for (pid_t to = last_pid_; from <= to && MonotonicNs() < until; to = LastPid()) {
    for (; from <= to; from++) {
      if (from == except_ || !IsLivingChild(from)) continue;
      kill(from, SIGKILL);
      Member member;
      member.pid = from;
      member.parent = root_;
      member.ours = true;
      members_.push_back(member);
    }
  }
}

/// One that was seen twice: alive when it was killed, and in /proc since.
void Tree::JoinTwice() {
  const auto same = [](Member& a, const Member& b) {
    if (a.pid != b.pid) return false;
    a.zombie = a.zombie && b.zombie;
    a.stuck = a.stuck || b.stuck;
    return true;
  };
  members_.erase(std::unique(members_.begin(), members_.end(), same), members_.end());
}

/// From the numbers that were given last upwards, and after those that are given meanwhile, for a while.
bool Tree::Chase(pid_t from) {
  if (lseek(proc_.get(), kFirstProcess + from, SEEK_SET) < 0) return false;
  const std::int64_t until = MonotonicNs() + kChaseNs;
  return ForEachNumber<kFewEntries>(proc_.get(), [this, until](pid_t pid) {
    const Member* added = Add(pid);
    if (added != nullptr && added->ours && !added->zombie) kill(pid, SIGKILL);
    return MonotonicNs() < until;
  });
}

/// Whether a process with that parent is seen to be a descendant without a look at the rest: its parent is the keeper,
/// or was found just before, since numbers mostly rise from parent to child.
bool Tree::HasParentNear(pid_t parent) const {
  if (parent == root_) return true;
  const auto last = members_.rbegin() + static_cast<std::ptrdiff_t>(std::min(members_.size(), kNear));
  return std::any_of(members_.rbegin(), last, [parent](const Member& m) { return m.pid == parent && m.ours; });
}

/// Null for the keeper itself, and for a process that is gone.
const Member* Tree::Add(pid_t pid) {
  if (pid == root_) return nullptr;
  char path[24];
  char text[1024];
  std::snprintf(path, sizeof path, "%d/stat", pid);
  Member member;
  member.pid = pid;
  if (!ParseStat(ReadFileAt(proc_.get(), path, text, sizeof text), &member)) return nullptr;
  member.ours = pid != except_ && HasParentNear(member.parent);
  members_.push_back(member);
  return &members_.back();
}

bool Tree::IsOurs(pid_t pid) const {
  if (pid == root_) return true;
  const auto at = std::lower_bound(members_.begin(), members_.end(), pid,
                                   [](const Member& member, pid_t number) { return member.pid < number; });
  return at != members_.end() && at->pid == pid && at->ours;
}

/// Marks children of marked ones until no more are found, and forgets the rest. Numbers mostly rise from parent to
/// child, so the first pass finds nearly all.
void Tree::MarkDescendants() {
  for (bool more = true; more;) {
    more = false;
    for (Member& member : members_) {
      if (member.ours || member.pid == except_ || !IsOurs(member.parent)) continue;
      member.ours = more = true;
    }
  }
  members_.erase(std::remove_if(members_.begin(), members_.end(), [](const Member& m) { return !m.ours; }),
                 members_.end());
}

int Tree::Alive() const {
  return static_cast<int>(std::count_if(members_.begin(), members_.end(), [](const Member& m) { return !m.zombie; }));
}

}  // namespace stint
