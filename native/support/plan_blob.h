// The plan, as it travels from the host to a keeper executable: one sealed memfd (descriptor kKeeperPlanFd).
//
//   PlanHeader | std::uint32_t offsets[1 + files + argv + env + cgroups] | strings, each ended by NUL
//
// Offsets count from the blob's beginning; the first is that of cwd ("" = unchanged). A memfd has no size limit of a
// pipe or of a command line, and its seals (memfd_create(2), F_SEAL_*) fix what the keeper checks.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "support/unique_fd.h"
#include "support/wire.h"

namespace stint {

constexpr std::uint32_t kPlanMagic = 0x504e5453;  // "STNP"
constexpr std::uint32_t kPlanVersion = 1;

enum PlanFlags : std::uint32_t {
  kPlanCommand = 1u << 0,  // a command: no channel, no Start; the limits here are absolute and in force from exec
  kPlanNoNewPrivs = 1u << 1,
  kPlanExact = 1u << 2,         // evidence: 'exact'
  kPlanInheritStdin = 1u << 3,  // the job's stream is the host's own description: its flags and termios are restored
  kPlanInheritStdout = 1u << 4,
  kPlanInheritStderr = 1u << 5,
};
constexpr std::uint32_t kPlanAllFlags = (1u << 6) - 1;

// Texts of a plan's control groups: the name of the job's own, and the host's own group in v2, v1 memory, v1 cpuacct
// and v1 pids ("" where it has none).
constexpr std::uint32_t kCgroupTexts = 5;

struct PlanHeader {
  std::uint32_t magic;
  std::uint32_t version;
  std::uint32_t flags;
  std::uint32_t total_size;  // of the whole blob, in bytes
  std::uint32_t file_count;
  std::uint32_t argv_count;
  std::uint32_t env_count;
  std::uint32_t cgroup_count;  // 0 or kCgroupTexts
  std::int32_t nice;           // 0 = unchanged
  std::int64_t uid;            // -1 = unchanged
  std::int64_t gid;            // -1 = unchanged
  std::int32_t stop_signal;
  std::uint32_t without;   // RungFlags to do without: for tests of the rungs below them
  std::int64_t boot_ns;    // a worker's deadline, from launch_ns to Booted
  std::int64_t launch_ns;  // CLOCK_MONOTONIC when the host launched
  WireLimits limits;
};

/// What the host puts in. `header`'s magic, version, sizes and counts are filled in by EncodePlan.
struct PlanSource {
  PlanHeader header{};
  std::string cwd;
  std::vector<std::string> files;
  std::vector<std::string> argv;
  std::vector<std::string> env;
  std::vector<std::string> cgroups;
};

/// What the keeper takes out: pointers into the blob; each list ends with a null pointer, ready for execve(2).
struct Plan {
  PlanHeader header{};
  const char* cwd = "";
  std::vector<char*> files;
  std::vector<char*> argv;
  std::vector<char*> env;
  std::vector<char*> cgroups;
};

/// The blob's bytes; empty where it would not fit 4 GiB.
std::vector<char> EncodePlan(const PlanSource& source);

/// Reads a blob in place. Every size, count, offset and flag is checked; false when one is wrong.
bool DecodePlan(char* blob, std::size_t size, Plan* plan);

/// A sealed memfd that holds `blob`; invalid with errno where none could be made. RLIMIT_FSIZE does not hinder it
/// up to the limit's size (SIGXFSZ is ignored in Node).
UniqueFd SealPlan(const std::vector<char>& blob);

/// Maps a sealed plan (privately, kept until the process ends) and decodes it. 0, or an errno: EPERM when it is not
/// sealed, EBADMSG when it is malformed.
int MapPlan(int fd, Plan* plan);

}  // namespace stint
