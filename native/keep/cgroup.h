// The control groups of one job: the kernel's own sums over its whole tree, whoever left the tree's parentage included.
//
// Which groups can be had differs by machine: one hierarchy for all (v2: /sys/fs/cgroup), one for each controller (v1),
// or both. The host says where its own groups lie (lib/launch/cgroup-places.ts); the keeper tries to make one below
// each that a limit of this job asks for, and does without it where that fails: then the next rung holds the limit.
//
//   memory  v2 memory.max + memory.swap.max=0 + memory.oom.group, v1 limit_in_bytes + memsw
//   CPU     v2 cpu.stat, v1 cpuacct.usage: exact to the nanosecond, children that nobody waits for included
//   tasks   v2 or v1 pids.max: threads count too, so it is the last resort for `processes`
//   kill    v2 cgroup.kill: all at once, whatever they fork meanwhile
//
// A process enters between fork and exec, alone, by CLONE_INTO_CGROUP (v2) or by writing to `tasks` (v1): moving itself
// it needs no lock of the whole machine, as a write of another's number to cgroup.procs does (10 ms where that lock was
// idle). Groups are leaves, named stint-<host's pid>-<random>; the keeper removes them before it reports.
#pragma once
#include <sys/types.h>

#include <cstdint>

#include "keep/cgroup_directory.h"
#include "support/wire.h"

namespace stint {

/// Groups to make, and where. The host's own group in a hierarchy, or "".
struct CgroupPlan {
  const char* name = nullptr;  // null: no groups
  const char* unified = "";
  const char* memory = "";
  const char* cpuacct = "";
  const char* pids = "";
};

struct CgroupWish {
  std::int64_t memory = kUnset;  // bytes of the tree
  bool cpu = false;
  std::int64_t tasks = kUnset;
};

class JobCgroup {
 public:
  /// What a child does to enter: O_WRONLY descriptors that take "0", the process that writes.
  struct Doors {
    int unified = -1;  // a directory, for CLONE_INTO_CGROUP; where that is not to be had, unified_procs
    int unified_procs = -1;
    int tasks[3] = {-1, -1, -1};
  };

  void Make(const CgroupPlan& plan, const CgroupWish& wish);
  /// For tests against a directory that looks like a group of v2.
  void Adopt(const char* path, const CgroupWish& wish);
  /// Makes one for a job that was born without: `pid` is moved into it. 0, or an errno.
  int LimitTasks(const CgroupPlan& plan, std::int64_t tasks, pid_t pid);
  const Doors& doors() const { return doors_; }
  void CloseDoors();
  /// Whether the job, which is known to live, did not get into one of them; and forgets each such.
  bool AnyEmpty() const;
  void DropEmpty();

  bool HoldsMemory() const { return memory_ != nullptr; }
  /// Anonymous and shared memory of the tree, in RAM or swapped out; -1 where unknown.
  std::int64_t Memory() const;
  /// The most that it ever held, what the kernel used for it included, without pages of files: those that are there
  /// now, or as many as so many bytes of files may have been, whichever is more; -1 = unknown.
  std::int64_t PeakMemory(std::int64_t file_bytes) const;
  /// True when the kernel killed a process because this group's own limit was reached.
  bool OutOfMemory() const;
  /// CPU time of the tree so far; -1 where unknown.
  std::int64_t CpuNs() const;
  /// True when a task was refused.
  bool OutOfTasks() const;
  /// Stops all that are inside, so that nobody is made between a look at the tree and the kill, which thaws. False
  /// where the kernel has no such file.
  bool Freeze() const;
  /// SIGKILL to all that are inside. False where the kernel has no such file.
  bool Kill() const;
  void Remove();
  /// RungFlags of what stands.
  std::uint32_t rungs() const;
  /// Why the rest does not.
  const RungErrors& refused() const { return refused_; }

 private:
  bool HoldMemory(std::int64_t memory);
  void HoldV1Memory(const CgroupPlan& plan, const CgroupWish& wish);
  void HoldCpu(const CgroupPlan& plan);
  void OpenDoors();

  CgroupDirectory unified_;
  CgroupDirectory v1_memory_;
  CgroupDirectory v1_cpuacct_;
  CgroupDirectory v1_pids_;
  const CgroupDirectory* memory_ = nullptr;
  const CgroupDirectory* cpu_ = nullptr;
  const CgroupDirectory* tasks_ = nullptr;
  Doors doors_;
  RungErrors refused_{};
};

}  // namespace stint
