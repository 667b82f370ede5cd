#include "keep/rlimits.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "support/clock.h"

namespace stint {
namespace {

struct Row {
  std::int64_t WireLimits::*limit;
  int resource;
  Step step;
};
constexpr Row kRows[] = {
    {&WireLimits::address_space, RLIMIT_AS, Step::kRlimitAs},
    {&WireLimits::memory, RLIMIT_DATA, Step::kRlimitData},
    {&WireLimits::file_size, RLIMIT_FSIZE, Step::kRlimitFsize},
    {&WireLimits::open_files, RLIMIT_NOFILE, Step::kRlimitNofile},
    {&WireLimits::stack, RLIMIT_STACK, Step::kRlimitStack},
    {&WireLimits::core_size, RLIMIT_CORE, Step::kRlimitCore},
};

std::int64_t HardLimit(int resource) {
  rlimit now{};
  if (syscall(SYS_prlimit64, 0, resource, nullptr, &now) != 0) return kUnset;
  return now.rlim_max > static_cast<rlim_t>(INT64_MAX) ? kUnset : static_cast<std::int64_t>(now.rlim_max);
}

void Clamp(std::int64_t* limit, std::int64_t hard) {
  if (*limit != kUnset && hard != kUnset) *limit = std::min(*limit, hard);
}

/// Later than all that the job may use, its grace included.
rlimit CpuBackstop(const WireLimits& limits) {
  const std::int64_t most_ns = limits.cpu_ns + std::max<std::int64_t>(0, limits.grace_ns);
  const rlim_t soft = static_cast<rlim_t>((most_ns + kNsPerSecond - 1) / kNsPerSecond) + 1;
  const std::int64_t hard = HardLimit(RLIMIT_CPU);
  const rlim_t most = hard == kUnset ? RLIM_INFINITY : static_cast<rlim_t>(hard);
  return {std::min(soft, most), std::min(soft + 1, most)};
}

}  // namespace

void ClampToHardLimits(WireLimits* limits) {
  for (const Row& row : kRows) {
    if (limits->*row.limit != kUnset) Clamp(&(limits->*row.limit), HardLimit(row.resource));
  }
  if (limits->cpu_ns == kUnset) return;
  const std::int64_t seconds = HardLimit(RLIMIT_CPU);
  if (seconds != kUnset && seconds < INT64_MAX / kNsPerSecond) Clamp(&limits->cpu_ns, seconds * kNsPerSecond);
}

void ClampAbove(const Held& held, WireLimits* limits) {
  const std::int64_t data = HardLimit(RLIMIT_DATA);
  const std::int64_t addresses = HardLimit(RLIMIT_AS);
  if (data != kUnset) Clamp(&limits->memory, std::max<std::int64_t>(0, data - held.data));
  if (addresses != kUnset) Clamp(&limits->address_space, std::max<std::int64_t>(0, addresses - held.addresses));
}

RlimitPlan RlimitsOfCommand(const WireLimits& limits) {
  RlimitPlan plan;
  for (const Row& row : kRows) {
    const std::int64_t value = limits.*row.limit;
    if (value == kUnset) continue;
    const auto most = static_cast<rlim_t>(value);
    plan.orders[plan.count++] = {row.resource, row.step, {most, most}};
  }
  if (limits.cpu_ns != kUnset) plan.orders[plan.count++] = {RLIMIT_CPU, Step::kRlimitCpu, CpuBackstop(limits)};
  return plan;
}

}  // namespace stint
