// The processes of a job: all descendants of the keeper, found in /proc when they must be looked at.
//
// /proc/PID/task/TID/children is optional in the kernel, so parents are read from /proc/PID/stat. Process numbers rise,
// hence descendants lie above the number of the job's own process and the listing starts there: lseek(2) on /proc takes
// kFirstProcess + PID as a position (fs/proc/base.c, TGID_OFFSET). So the cost does not grow with the number of
// processes on the machine, until the numbers have wrapped around (or may have): then the whole of /proc is read.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "support/unique_fd.h"

namespace stint {

struct Member {
  pid_t pid = 0;
  pid_t parent = 0;
  bool zombie = false;
  bool stuck = false;            // in a sleep that no signal ends, as in a frozen group of v1
  bool ours = false;             // a descendant of the keeper
  bool forgets = false;          // ignores SIGCHLD: its children's CPU time is told to nobody
  std::uint64_t started = 0;     // clock ticks since boot: tells a process from a later one with its number
  std::int64_t children_ns = 0;  // CPU time of the children it has waited for
};

class Tree {
 public:
  /// A new job: its processes are children of `root` (the keeper), the first of them `first`, made at `now`; `except`
  /// is a parked worker that is none of them.
  void Begin(pid_t root, pid_t first, std::int64_t now);
  void Except(pid_t parked) { except_ = parked; }
  /// Reads the tree, without the keeper itself. False when /proc cannot be read.
  bool Scan(std::int64_t now);
  /// The same, and each that is known for one of the tree gets SIGKILL as soon as it is seen: who forks and exits for
  /// ever is gone by the end of a scan.
  bool ScanAndKill(std::int64_t now);
  /// The next scan reads all of /proc: for a child that wait sees and the last scan did not.
  void ScanAllNext() { look_everywhere_ = true; }
  const std::vector<Member>& members() const { return members_; }
  int proc_fd();
  /// Members that are alive (no zombies).
  int Alive() const;

 private:
  template <typename Listing>
  bool Read(Listing listing);
  pid_t Lowest(std::int64_t now);
  bool MayHaveWrapped(std::int64_t now);
  pid_t LastPid() const;
  bool List(pid_t from, pid_t to);
  bool Chase(pid_t from);
  void KillNewestChildren(pid_t from);
  void JoinTwice();
  bool HasParentNear(pid_t parent) const;
  const Member* Add(pid_t pid);
  bool IsOurs(pid_t pid) const;
  void MarkDescendants();

  UniqueFd proc_;
  std::vector<Member> members_;
  std::int64_t looked_ns_ = 0;
  pid_t root_ = 0;
  pid_t first_ = 0;
  pid_t except_ = 0;
  pid_t last_pid_ = 0;
  bool look_everywhere_ = false;
  bool wrapped_ = false;
};

}  // namespace stint
