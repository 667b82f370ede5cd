#include "keep/cgroup.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace stint {
namespace {

// Page tables, kernel stacks, file tables: charged to a group as well, and no memory that a program has asked for. The
// exact limit is held by the keeper's look at `Memory()`; the group's own stands this much above it.
constexpr std::int64_t kKernelFixed = 8 << 20;
constexpr std::int64_t kKernelShare = 32;

std::int64_t CapOf(std::int64_t memory) {
  const std::int64_t kernel = memory / kKernelShare + kKernelFixed;
  return memory > INT64_MAX - kernel ? INT64_MAX : memory + kernel;
}

bool IsV2(const CgroupDirectory& group) { return group.Has("memory.max"); }

std::int64_t AtLeastZero(std::int64_t value) { return std::max<std::int64_t>(0, value); }

/// What v1 tells of RAM, and of RAM and swap together.
struct CounterV1 {
  const char* refusals;
  const char* limit;
  const char* peak;
};
constexpr CounterV1 kCountersV1[] = {
    {"memory.failcnt", "memory.limit_in_bytes", "memory.max_usage_in_bytes"},
    {"memory.memsw.failcnt", "memory.memsw.limit_in_bytes", "memory.memsw.max_usage_in_bytes"},
};
constexpr std::int64_t kLargestCharge = 2 << 20;  // a huge page

/// Linux 6.18 counts no refusals (failcnt stays 0): there the peak tells, to within one charge.
bool WasReached(const CounterV1& counter, const CgroupDirectory& group) {
  if (group.Number(counter.refusals) > 0) return true;
  const std::int64_t limit = group.Number(counter.limit);
  return limit >= 0 && group.Number(counter.peak) > limit - kLargestCharge;
}

int OpenDoor(const CgroupDirectory& group, const char* file) {
  return group.valid() ? openat(group.fd(), file, O_WRONLY | O_CLOEXEC) : -1;
}

}  // namespace

void JobCgroup::Make(const CgroupPlan& plan, const CgroupWish& wish) {
  if (plan.name == nullptr) return;
  const bool memory_in_v2 = wish.memory != kUnset && plan.memory[0] == '\0';
  if (plan.unified[0] != '\0' && (wish.cpu || memory_in_v2)) unified_.Make(plan.unified, plan.name);
  if (memory_in_v2) HoldMemory(wish.memory);
  HoldV1Memory(plan, wish);
  if (wish.cpu) HoldCpu(plan);
  OpenDoors();
}

void JobCgroup::HoldCpu(const CgroupPlan& plan) {
  if (unified_.valid() && unified_.Has("cpu.stat")) {
    cpu_ = &unified_;
  } else if (plan.cpuacct[0] != '\0' && v1_cpuacct_.Make(plan.cpuacct, plan.name)) {
    cpu_ = &v1_cpuacct_;
  } else {
    refused_.Note(kRungCpuCgroup, errno);
  }
}

void JobCgroup::Adopt(const char* path, const CgroupWish& wish) {
  if (!unified_.Adopt(path)) return;
  if (wish.memory != kUnset) HoldMemory(wish.memory);
  if (wish.cpu && unified_.Has("cpu.stat")) cpu_ = &unified_;
  if (wish.tasks != kUnset && unified_.Write("pids.max", wish.tasks)) tasks_ = &unified_;
  OpenDoors();
}

/// v2: no swap beside it where the kernel counts swap, and the whole group dies, not its largest member.
bool JobCgroup::HoldMemory(std::int64_t memory) {
  if (!unified_.valid() || !unified_.Write("memory.max", CapOf(memory))) {
    refused_.Note(kRungMemoryCgroup, errno);
    return false;
  }
  if (unified_.Has("memory.swap.max")) unified_.Write("memory.swap.max", std::int64_t{0});
  unified_.Write("memory.oom.group", std::int64_t{1});
  memory_ = &unified_;
  return true;
}

/// memsw (RAM and swap together) may not be below limit_in_bytes, so it comes second; it is missing where the kernel
/// does not count swap.
void JobCgroup::HoldV1Memory(const CgroupPlan& plan, const CgroupWish& wish) {
  if (wish.memory == kUnset || plan.memory[0] == '\0') return;
  const bool made = v1_memory_.Make(plan.memory, plan.name);
  if (!made || !v1_memory_.Write("memory.limit_in_bytes", CapOf(wish.memory))) {
    refused_.Note(kRungMemoryCgroup, errno);
    return v1_memory_.Remove();
  }
  if (v1_memory_.Has("memory.memsw.limit_in_bytes"))
    v1_memory_.Write("memory.memsw.limit_in_bytes", CapOf(wish.memory));
  memory_ = &v1_memory_;
}

/// By number: its one thread is moved, before it may go on.
int JobCgroup::LimitTasks(const CgroupPlan& plan, std::int64_t tasks, pid_t pid) {
  if (tasks_ != nullptr) return 0;
  if (plan.name == nullptr) return ENOENT;
  CgroupDirectory* group = plan.pids[0] != '\0' ? &v1_pids_ : &unified_;
  const bool made = group->valid() || group->Make(plan.pids[0] != '\0' ? plan.pids : plan.unified, plan.name);
  if (!made || !group->Write("pids.max", tasks) || !group->Write("cgroup.procs", pid)) return errno;
  tasks_ = group;
  return 0;
}

void JobCgroup::OpenDoors() {
  doors_.unified = unified_.valid() ? unified_.fd() : -1;
  doors_.unified_procs = OpenDoor(unified_, "cgroup.procs");
  int* door = doors_.tasks;
  for (const CgroupDirectory* group : {&v1_memory_, &v1_cpuacct_}) {
    if (group->valid()) *door++ = OpenDoor(*group, "tasks");
  }
}

void JobCgroup::CloseDoors() {
  for (int* door : {&doors_.unified_procs, &doors_.tasks[0], &doors_.tasks[1]}) {
    if (*door >= 0) close(*door);
    *door = -1;
  }
  doors_.unified = -1;
}

bool JobCgroup::AnyEmpty() const {
  return (memory_ != nullptr && memory_->Empty()) || (cpu_ != nullptr && cpu_->Empty());
}

void JobCgroup::DropEmpty() {
  if (memory_ != nullptr && memory_->Empty()) memory_ = nullptr;
  if (cpu_ != nullptr && cpu_->Empty()) cpu_ = nullptr;
}

std::int64_t JobCgroup::Memory() const {
  if (memory_ == nullptr) return -1;
  if (IsV2(*memory_)) {
    return AtLeastZero(memory_->Field("memory.stat", "anon ")) + AtLeastZero(memory_->Field("memory.stat", "shmem ")) +
           AtLeastZero(memory_->Number("memory.swap.current"));
  }
  std::int64_t sum = 0;
  for (const char* name : {"total_rss ", "total_shmem ", "total_swap "})
    sum += AtLeastZero(memory_->Field("memory.stat", name));
  return sum;
}

std::int64_t JobCgroup::PeakMemory(std::int64_t file_bytes) const {
  if (memory_ == nullptr) return -1;
  const bool v2 = IsV2(*memory_);
  const std::int64_t peak = memory_->Number(v2 ? "memory.peak" : "memory.max_usage_in_bytes");
  const std::int64_t files = AtLeastZero(memory_->Field("memory.stat", v2 ? "file " : "total_cache ")) -
                             AtLeastZero(memory_->Field("memory.stat", v2 ? "shmem " : "total_shmem "));
  return peak < 0 ? -1 : AtLeastZero(peak - std::max(file_bytes, AtLeastZero(files)));
}

/// A victim alone may be that of a limit further up, or of the machine: only together with an arrival at this limit.
/// What arrived at that of a group which the job itself has made is counted in v2's memory.events as well.
bool JobCgroup::OutOfMemory() const {
  if (memory_ == nullptr) return false;
  const bool v2 = IsV2(*memory_);
  const bool killed = memory_->Field(v2 ? "memory.events" : "memory.oom_control", "oom_kill ") > 0;
  if (!killed) return false;
  const char* own_events = memory_->Has("memory.events.local") ? "memory.events.local" : "memory.events";  // Linux 5.2
  if (v2) return memory_->Field(own_events, "oom ") > 0;
  return std::ranges::any_of(kCountersV1, [this](const CounterV1& counter) { return WasReached(counter, *memory_); });
}

std::int64_t JobCgroup::CpuNs() const {
  if (cpu_ == nullptr) return -1;
  if (cpu_ == &v1_cpuacct_) return cpu_->Number("cpuacct.usage");
  const std::int64_t microseconds = cpu_->Field("cpu.stat", "usage_usec ");
  return microseconds < 0 ? -1 : microseconds * 1000;
}

bool JobCgroup::OutOfTasks() const { return tasks_ != nullptr && tasks_->Field("pids.events", "max ") > 0; }

bool JobCgroup::Freeze() const { return unified_.valid() && unified_.Write("cgroup.freeze", std::int64_t{1}); }

bool JobCgroup::Kill() const { return unified_.valid() && unified_.Write("cgroup.kill", std::int64_t{1}); }

void JobCgroup::Remove() {
  memory_ = cpu_ = tasks_ = nullptr;
  for (CgroupDirectory* group : {&unified_, &v1_memory_, &v1_cpuacct_, &v1_pids_}) group->Remove();
}

std::uint32_t JobCgroup::rungs() const {
  std::uint32_t rungs = 0;
  if (memory_ != nullptr) rungs |= kRungMemoryCgroup;
  if (cpu_ != nullptr) rungs |= kRungCpuCgroup;
  if (tasks_ != nullptr) rungs |= kRungPidsCgroup;
  if (unified_.valid() && unified_.Has("cgroup.kill")) rungs |= kRungCgroupKill;
  return rungs;
}

}  // namespace stint
