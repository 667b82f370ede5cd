// Groups of v2 with memory and pids controllers, against a directory with files of their names: not every machine that
// runs these tests has such a group.
#include "keep/cgroup.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include "tests/expect.h"

namespace stint {
namespace {

struct FakeFile {
  const char* name;
  const char* text;
};

/// A directory with those files, removed at the end.
class FakeGroup {
 public:
  explicit FakeGroup(const std::vector<FakeFile>& files) : files_(files) {
    const char* temporary = getenv("TMPDIR");
    path_ = std::string(temporary == nullptr ? "/tmp" : temporary) + "/stint-test-group-XXXXXX";
    if (mkdtemp(path_.data()) == nullptr) path_.clear();
    for (const FakeFile& file : files_) Put(file.name, file.text);
  }
  ~FakeGroup() {
    for (const FakeFile& file : files_) unlink((path_ + '/' + file.name).c_str());
    rmdir(path_.c_str());
  }
  void Put(const char* name, const char* text) const {
    const UniqueFd file(open((path_ + '/' + name).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (write(file.get(), text, std::strlen(text)) < 0) path_.c_str();
  }
  std::string Text(const char* name) const {
    char text[256] = {};
    const UniqueFd file(open((path_ + '/' + name).c_str(), O_RDONLY | O_CLOEXEC));
    return read(file.get(), text, sizeof text - 1) < 0 ? "" : text;
  }
  const char* path() const { return path_.c_str(); }

 private:
  std::vector<FakeFile> files_;
  std::string path_;
};

constexpr FakeFile kMax{"memory.max", ""}, kSwap{"memory.swap.max", ""}, kWhole{"memory.oom.group", ""};
constexpr FakeFile kPids{"pids.max", ""}, kKill{"cgroup.kill", ""}, kProcs{"cgroup.procs", "1\n"};
constexpr FakeFile kCpu{"cpu.stat", "usage_usec 1500\nuser_usec 1000\nsystem_usec 500\n"};
constexpr FakeFile kStat{"memory.stat", "anon 1000\nfile 700\nkernel 5\nshmem 300\nactive_anon 9\n"};
constexpr FakeFile kEvents{"memory.events", "low 0\nhigh 0\nmax 4\noom 0\noom_kill 0\noom_group_kill 0\n"};
constexpr FakeFile kLocal{"memory.events.local", "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n"};
constexpr FakeFile kPeak{"memory.peak", "2400\n"}, kSwapped{"memory.swap.current", "20\n"};

CgroupWish Wish(std::int64_t memory, bool cpu, std::int64_t tasks) {
  CgroupWish wish;
  wish.memory = memory;
  wish.cpu = cpu;
  wish.tasks = tasks;
  return wish;
}

void LimitsAreWritten() {
  const FakeGroup group({kMax, kSwap, kWhole, kPids, kKill, kProcs});
  JobCgroup cgroup;
  cgroup.Adopt(group.path(), Wish(320 << 20, false, 7));
  cgroup.CloseDoors();
  // A 32nd and 8 MiB above the limit, for what the kernel itself uses.
  EXPECT(group.Text("memory.max") == std::to_string((320 << 20) + (10 << 20) + (8 << 20)));
  EXPECT(group.Text("memory.swap.max") == "0" && group.Text("memory.oom.group") == "1");
  EXPECT(group.Text("pids.max") == "7");
  EXPECT(cgroup.rungs() == (kRungMemoryCgroup | kRungPidsCgroup | kRungCgroupKill));
  EXPECT(cgroup.Kill() && group.Text("cgroup.kill") == "1");
}

void UsageIsRead() {
  const FakeGroup group({kMax, kWhole, kStat, kPeak, kSwapped, kCpu, kEvents, kProcs});
  JobCgroup cgroup;
  cgroup.Adopt(group.path(), Wish(1 << 20, true, kUnset));
  cgroup.CloseDoors();
  EXPECT(cgroup.Memory() == 1000 + 300 + 20);
  EXPECT(cgroup.PeakMemory(0) == 2400 - (700 - 300));
  EXPECT(cgroup.PeakMemory(900) == 2400 - 900 && cgroup.PeakMemory(9000) == 0);
  EXPECT(cgroup.CpuNs() == 1'500'000);
}

void AVictimCountsOnlyWhenThisLimitWasReached() {
  const FakeGroup group({kMax, kWhole, kEvents, kProcs});
  JobCgroup cgroup;
  cgroup.Adopt(group.path(), Wish(1 << 20, false, kUnset));
  cgroup.CloseDoors();
  EXPECT(!cgroup.OutOfMemory());
  group.Put("memory.events", "low 0\nhigh 0\nmax 4\noom 0\noom_kill 1\n");  // that of a group further up
  EXPECT(!cgroup.OutOfMemory());
  group.Put("memory.events", "low 0\nhigh 0\nmax 9\noom 1\noom_kill 1\n");
  EXPECT(cgroup.OutOfMemory());
}

void AVictimOfAGroupFurtherDownIsNotThisLimits() {
  const FakeGroup group({kMax, kWhole, kEvents, kLocal, kProcs});
  JobCgroup cgroup;
  cgroup.Adopt(group.path(), Wish(1 << 20, false, kUnset));
  cgroup.CloseDoors();
  group.Put("memory.events", "low 0\nhigh 0\nmax 9\noom 1\noom_kill 1\n");
  EXPECT(!cgroup.OutOfMemory());
  group.Put("memory.events.local", "low 0\nhigh 0\nmax 9\noom 1\noom_kill 0\n");  // the victim was in one further down
  EXPECT(cgroup.OutOfMemory());
}

void WithoutControllersNothingIsClaimed() {
  const FakeGroup group({kKill, kProcs});
  JobCgroup cgroup;
  cgroup.Adopt(group.path(), Wish(1 << 20, true, 7));
  cgroup.CloseDoors();
  EXPECT(cgroup.rungs() == kRungCgroupKill && !cgroup.HoldsMemory());
  EXPECT(cgroup.Memory() == -1 && cgroup.CpuNs() == -1 && cgroup.PeakMemory(0) == -1 && !cgroup.OutOfMemory());
}

void AGroupThatNobodyEnteredIsForgotten() {
  const FakeGroup group({kMax, kWhole, kProcs});
  JobCgroup cgroup;
  cgroup.Adopt(group.path(), Wish(1 << 20, false, kUnset));
  cgroup.CloseDoors();
  EXPECT(!cgroup.AnyEmpty());
  group.Put("cgroup.procs", "");
  EXPECT(cgroup.AnyEmpty());
  cgroup.DropEmpty();
  EXPECT(!cgroup.HoldsMemory());
}

const tests::AddTests added({
    {"cgroup: limits are written to a group of v2", LimitsAreWritten},
    {"cgroup: usage is read from a group of v2", UsageIsRead},
    {"cgroup: a victim counts only when this limit was reached", AVictimCountsOnlyWhenThisLimitWasReached},
    {"cgroup: a victim of a group further down is not this limit's", AVictimOfAGroupFurtherDownIsNotThisLimits},
    {"cgroup: without controllers nothing is claimed", WithoutControllersNothingIsClaimed},
    {"cgroup: a group that nobody entered is forgotten", AGroupThatNobodyEnteredIsForgotten},
});

}  // namespace
}  // namespace stint
