#include "probe/limits.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include "support/clock.h"
#include "support/proc_file.h"

namespace stint {
namespace {

constexpr std::int64_t kMiB = 1 << 20;
constexpr std::int64_t kUnlimitedResult = std::int64_t{64} << 30;
constexpr std::int64_t kMaxBallast = std::int64_t{1} << 40;

std::int64_t Nanoseconds(const timeval& time) { return time.tv_sec * kNsPerSecond + std::int64_t{time.tv_usec} * 1000; }

/// soft = hard = value, or what already stands where that is less.
int SetBoth(__rlimit_resource resource, std::int64_t value, std::int64_t hard_extra) {
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0) return errno;
  const auto ceiling = limit.rlim_max;
  limit.rlim_cur = std::min<rlim_t>(static_cast<rlim_t>(value), std::min(limit.rlim_cur, ceiling));
  limit.rlim_max = std::min<rlim_t>(static_cast<rlim_t>(value + hard_extra), ceiling);
  return setrlimit(resource, &limit) == 0 ? 0 : errno;
}

// proc_pid_statm(5), in pages: what is shared are pages of files and of shared memory, data is VmData with the stack.
enum { kStatmSize, kStatmResident, kStatmShared, kStatmText, kStatmLib, kStatmData, kStatmFields };

/// In bytes.
bool ReadStatm(std::int64_t (&fields)[kStatmFields]) {
  static const std::int64_t page = sysconf(_SC_PAGESIZE);
  char buffer[256];
  const std::string_view text = ReadFileAt(AT_FDCWD, "/proc/self/statm", buffer, sizeof buffer);
  const char* at = text.data();
  for (std::int64_t& field : fields) {
    const auto result = std::from_chars(at, text.data() + text.size(), field);
    if (result.ec != std::errc() || result.ptr == text.data() + text.size()) return false;
    field *= page;
    at = result.ptr + 1;
  }
  return true;
}

void MeasureTime(Baseline* baseline) {
  rusage own{};
  getrusage(RUSAGE_SELF, &own);
  baseline->system_ns = Nanoseconds(own.ru_stime);
  baseline->switches = own.ru_nvcsw + own.ru_nivcsw;
  baseline->cpu_ns = ClockNs(CLOCK_PROCESS_CPUTIME_ID);
}

struct Setting {
  Step step;
  __rlimit_resource resource;
  std::int64_t value;  // kUnset: leave it
  std::int64_t hard_extra;
};

std::int64_t Above(std::int64_t base, std::int64_t limit) { return limit == kUnset ? kUnset : base + limit; }

/// The kernel's own CPU limit counts whole seconds and samples by ticks: only a backstop, so a second later than all
/// that a job may use, its grace included.
std::int64_t CpuSeconds(std::int64_t used_ns, const WireLimits& limits) {
  if (limits.cpu_ns == kUnset) return kUnset;
  const std::int64_t grace_ns = std::max<std::int64_t>(0, limits.grace_ns);
  return (used_ns + limits.cpu_ns + grace_ns + kNsPerSecond - 1) / kNsPerSecond + 1;
}

}  // namespace

std::size_t Ballast::SizeFor(std::int64_t result_size) {
  if (result_size == kUnset) return static_cast<std::size_t>(kUnlimitedResult);
  return static_cast<std::size_t>(std::min(2 * std::min(result_size, kMaxBallast / 2) + 64 * kMiB, kMaxBallast));
}

int Ballast::Map(std::size_t size) {
  if (size == 0) return 0;
  void* mapped = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) return errno;
  madvise(mapped, size, MADV_DONTFORK);  // no child of the job needs it
  size_ = size;
  __atomic_store_n(&address_, mapped, __ATOMIC_RELEASE);
  return 0;
}

bool Ballast::Release() {
  void* mapped = __atomic_exchange_n(&address_, nullptr, __ATOMIC_ACQ_REL);
  return mapped != nullptr && munmap(mapped, size_) == 0;
}

Ballast& TheBallast() {
  static Ballast ballast;
  return ballast;
}

bool Measure(Baseline* baseline) {
  char buffer[4096];
  const std::string_view status = ReadFileAt(AT_FDCWD, "/proc/self/status", buffer, sizeof buffer);
  if (status.empty()) return false;
  baseline->vm_data = StatusBytes(status, "VmData:");
  baseline->vm_size = StatusBytes(status, "VmSize:");
  baseline->rss = StatusBytes(status, "RssAnon:") + StatusBytes(status, "RssShmem:");
  baseline->rss_file = StatusBytes(status, "RssFile:");
  std::int64_t pages[kStatmFields];
  if (!ReadStatm(pages)) return false;
  baseline->shmem = StatusBytes(status, "RssShmem:");
  baseline->stack = pages[kStatmData] - baseline->vm_data;
  MeasureTime(baseline);
  return true;
}

bool MeasureAgain(Baseline* baseline) {
  std::int64_t pages[kStatmFields];
  if (!ReadStatm(pages)) return false;
  baseline->vm_size = pages[kStatmSize];
  baseline->vm_data = pages[kStatmData] - baseline->stack;
  baseline->rss = pages[kStatmResident] - pages[kStatmShared] + baseline->shmem;
  baseline->rss_file = pages[kStatmShared] - baseline->shmem;
  MeasureTime(baseline);
  return true;
}
int SetKernelLimits(const WireLimits& limits, const Baseline& baseline, Step* failed) {
  const std::array<Setting, 7> settings{{
      {Step::kRlimitData, RLIMIT_DATA, Above(baseline.vm_data, limits.memory), 0},
      {Step::kRlimitAs, RLIMIT_AS, Above(baseline.vm_size, limits.address_space), 0},
      {Step::kRlimitCpu, RLIMIT_CPU, CpuSeconds(baseline.cpu_ns, limits), 1},
      {Step::kRlimitFsize, RLIMIT_FSIZE, limits.file_size, 0},
      {Step::kRlimitNofile, RLIMIT_NOFILE, limits.open_files, 0},
      {Step::kRlimitStack, RLIMIT_STACK, limits.stack, 0},
      {Step::kRlimitCore, RLIMIT_CORE, limits.core_size, 0},
  }};
  for (const Setting& setting : settings) {
    if (setting.value == kUnset) continue;
    *failed = setting.step;
    if (const int error = SetBoth(setting.resource, setting.value, setting.hard_extra); error != 0) return error;
  }
  return 0;
}

}  // namespace stint
