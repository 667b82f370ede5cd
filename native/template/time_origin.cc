#include "template/time_origin.h"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "support/clock.h"
#include "support/unsanitized.h"
#include "template/mappings.h"

namespace stint {
namespace {

constexpr double kNsPerUs = 1000;
constexpr double kApartNs = 100 * kNsPerMs;  // by which two clocks that are read one after the other may differ
constexpr double kNever = -1;
constexpr std::size_t kCopies = 2;          // that are known of
constexpr std::size_t kFieldsSearched = 8;  // words before the loop's counts
// Of a mapping, in bytes: what has terabytes of address space is somebody's table, not storage.
constexpr std::size_t kMostSearched = 1 << 30;

enum Milestone : std::size_t { kTimestampUs, kOriginNs, kFirstStage, kMilestones = 8 };

/// libuv's uv__loop_metrics_s, as far as it is needed.
struct LoopMetrics {
  uv_metrics_t counts;
  std::uint64_t waits_since;
  std::uint64_t idle_ns;
};

double RealtimeUs() { return std::floor(static_cast<double>(ClockNs(CLOCK_REALTIME)) / kNsPerUs); }

/// A moment of the past by both clocks, and then only what happened since, or has not.
STINT_UNSANITIZED bool AreMilestones(const double* values, double realtime_us, double monotonic_ns) {
  const double since_ns = monotonic_ns - values[kOriginNs];
  if (!(since_ns >= 0 && since_ns <= monotonic_ns)) return false;
  if (!(std::fabs((realtime_us - values[kTimestampUs]) * kNsPerUs - since_ns) < kApartNs)) return false;
  for (std::size_t i = kFirstStage; i < kMilestones; i++) {
    if (values[i] != kNever && !(values[i] >= values[kOriginNs] && values[i] <= monotonic_ns)) return false;
  }
  return true;
}

int AddStatic(dl_phdr_info* info, std::size_t, void* data) {
  auto* spans = static_cast<std::vector<Span>*>(data);
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    if (header.p_type != PT_LOAD || !(header.p_flags & PF_W)) continue;
    const std::uintptr_t begin = info->dlpi_addr + header.p_vaddr;
    spans->push_back({(begin + sizeof(double) - 1) & ~(sizeof(double) - 1), begin + header.p_memsz});
  }
  return 0;
}

/// Where C++ usually keeps things: malloc's heap, and static storage.
std::vector<Span> UsualStorage(const std::vector<Mapping>& mappings) {
  std::vector<Span> spans;
  for (const Mapping& mapping : mappings) {
    if (mapping.is_heap) spans.push_back({mapping.begin, mapping.end});
  }
  dl_iterate_phdr(AddStatic, &spans);
  return spans;
}

/// The pages that are there (mincore(2)): to read the others would make them.
void AddPresent(const Mapping& mapping, std::vector<Span>* spans) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> present((mapping.end - mapping.begin) / page);
  if (mincore(reinterpret_cast<void*>(mapping.begin), mapping.end - mapping.begin, present.data()) != 0) return;
  for (std::size_t i = 0; i < present.size(); i++) {
    const std::uintptr_t begin = mapping.begin + i * page;
    if (!(present[i] & 1)) continue;
    if (!spans->empty() && spans->back().end == begin) {
      spans->back().end += page;
    } else {
      spans->push_back({begin, begin + page});
    }
  }
}

/// Where they are when malloc's heap could not grow, since V8's mappings begin right behind it: anywhere.
std::vector<Span> AnyStorage(const std::vector<Mapping>& mappings) {
  std::vector<Span> spans;
  for (const Mapping& mapping : mappings) {
    if (!mapping.is_private || !mapping.is_writable || mapping.end - mapping.begin > kMostSearched) continue;
    AddPresent(mapping, &spans);
  }
  return spans;
}

/// Calls `look` with each place of `size` bytes where a number may begin, until it returns false.
template <typename Look>
void ForEachPlace(const std::vector<Span>& spans, std::size_t size, Look look) {
  for (const Span& span : spans) {
    for (std::uintptr_t at = span.begin; at + size <= span.end; at += sizeof(double)) {
      if (!look(at)) return;
    }
  }
}

/// Where the loop counts, by what it says it has counted.
LoopMetrics* MetricsOf(uv_loop_t* loop) {
  LoopMetrics told{};
  if (uv_metrics_info(loop, &told.counts) != 0) return nullptr;
  told.idle_ns = uv_metrics_idle_time(loop);
  auto* fields = static_cast<std::uint64_t*>(loop->internal_fields);
  for (std::size_t i = 0; i < kFieldsSearched; i++) {
    if (std::memcmp(fields + i, &told, sizeof told) == 0) return reinterpret_cast<LoopMetrics*>(fields + i);
  }
  return nullptr;
}

}  // namespace

bool TimeOrigin::Learn() {
  std::vector<Mapping> mappings;
  OwnMappings(&mappings);
  return Search(UsualStorage(mappings)) || Search(AnyStorage(mappings));
}

bool TimeOrigin::Search(const std::vector<Span>& storage) {
  const double realtime = RealtimeUs();
  const auto monotonic = static_cast<double>(MonotonicNs());
  ForEachPlace(storage, kMilestones * sizeof(double), [&](std::uintptr_t at) STINT_UNSANITIZED {
    auto* values = reinterpret_cast<double*>(at);
    if (AreMilestones(values, realtime, monotonic)) milestones_ = values;
    return milestones_ == nullptr;
  });
  if (milestones_ != nullptr) FindCopies(storage);
  return copies_.size() >= kCopies;
}

/// Next to each other, in either order: the environment's, and the process's, which is static.
void TimeOrigin::FindCopies(const std::vector<Span>& storage) {
  const auto origin = static_cast<std::uint64_t>(milestones_[kOriginNs]);
  std::uint64_t timestamp = 0;
  std::memcpy(&timestamp, &milestones_[kTimestampUs], sizeof timestamp);
  copies_.clear();
  ForEachPlace(storage, 2 * sizeof(std::uint64_t), [&](std::uintptr_t at) STINT_UNSANITIZED {
    auto* words = reinterpret_cast<std::uint64_t*>(at);
    const bool first = words[0] == origin && words[1] == timestamp;
    if (first || (words[0] == timestamp && words[1] == origin)) {
      copies_.push_back({&words[first ? 0 : 1], reinterpret_cast<double*>(&words[first ? 1 : 0])});
    }
    return true;
  });
}

bool TimeOrigin::Restart(uv_loop_t* loop) const {
  if (copies_.empty()) return false;
  const std::int64_t now = MonotonicNs();
  const double timestamp = RealtimeUs();
  for (const Copy& copy : copies_) {
    // A place that held both by chance, such as what was a function's own, may hold something else by now.
    const bool holds = static_cast<double>(*copy.origin_ns) == milestones_[kOriginNs];
    if (!holds || *copy.timestamp_us != milestones_[kTimestampUs]) continue;
    *copy.origin_ns = static_cast<std::uint64_t>(now);
    *copy.timestamp_us = timestamp;
  }
  milestones_[kTimestampUs] = timestamp;
  milestones_[kOriginNs] = static_cast<double>(now);
  for (std::size_t i = kFirstStage; i < kMilestones; i++) {
    // Just after: a loop that began with the origin itself has none to Node's eventLoopUtilization().
    if (milestones_[i] != kNever) milestones_[i] = static_cast<double>(now + 1);
  }
  if (LoopMetrics* metrics = MetricsOf(loop); metrics != nullptr) *metrics = {};
  return true;
}

}  // namespace stint
