// The messages between host, keeper and worker, as fixed little structs.
//
// Three AF_UNIX SOCK_SEQPACKET pairs join the processes of a job:
//   control   host <-> keeper    Start, Stop, Signal  /  Launched, Report
//   evidence  keeper <-> worker  Hello, Go, SoftStop  /  Booted, Begin, Cause, Where, ...
//   channel   host <-> worker    the job, its value, progress (native/channel/frame.h)
// A message is whole or absent, so a killed sender leaves no half frame. What a worker has sent can no longer be
// changed by it: evidence is append-only, survives SIGKILL, and its order is the kernel's.
//
// Every evidence message carries the secret that the keeper gave to the probe (kept in native memory, never in
// JavaScript): bytes that a job writes to the descriptor on its own do not pass for evidence.
#pragma once
#include <cstdint>

namespace stint {

constexpr std::uint32_t kWireMagic = 0x544e5453;  // "STNT"
constexpr std::int64_t kUnset = -1;               // a limit that is not set
constexpr std::size_t kMaxWhere = 16 * 1024;      // bytes of `where` that are kept
constexpr int kMaxCauses = 8;                     // causes and notes that a report carries

// Descriptors of a keeper executable when it starts, and of a worker.
constexpr int kKeeperControlFd = 3;
constexpr int kKeeperPlanFd = 4;
constexpr int kKeeperChannelFd = 5;  // the worker's end; absent for a command
constexpr int kKeeperStdioFd = 6;  // 6, 7, 8: the job's stdin, stdout, stderr (always present; may be dups of 0, 1, 2)
constexpr int kWorkerChannelFd = 3;
constexpr int kWorkerEvidenceFd = 4;

enum class MessageType : std::uint16_t {
  // host -> keeper
  kStart = 1,
  kStop = 2,
  kSignal = 3,
  // keeper -> host
  kLaunched = 16,
  kReport = 17,
  // keeper -> worker
  kHello = 32,  // value 1: its forks are held since before exec, the worker sets no filter
  // Answer to a Begin with `value` 1 (a worker with processes > 0 and no filter yet, which waits for it). value 0: it
  // is traced and sets ForkFilter::kTrace; an errno: ptrace was refused, it sets kDeny and sends kForkNotify.
  kGo = 33,
  kSoftStop = 34,
  // worker -> keeper
  kBooted = 48,
  kBegin = 49,
  kListening = 50,   // value: 1 while limitSignal or onLimit is in use
  kSending = 51,     // the function has ended; its result is being sent: memory is no longer charged
  kDone = 52,        // the result is in the channel: the job is over
  kCause = 53,       // cause, value
  kWhere = 54,       // text
  kForkNotify = 55,  // carries a seccomp listener as SCM_RIGHTS; without one: seccomp was refused, value = errno
};

// Why a job was, or could have been, ended. Numbers are fixed: lib/verdict/causes.ts holds the same table.
enum class Cause : std::uint32_t {
  kNone = 0,
  kWall = 1,            // keeper's timerfd
  kCpuWorker = 2,       // the worker's own CPU timer; value: ns used since Begin
  kCpuTree = 3,         // the keeper's sum over the tree; value: ns
  kHeap = 4,            // V8's heap limit (or its fatal OOM handler) under a memory limit; value: bytes
  kRefusedData = 5,     // note: an allocation was refused by RLIMIT_DATA; value: bytes asked
  kRefusedAddress = 6,  // note: an allocation was refused by RLIMIT_AS; value: bytes asked
  kTreeMemory = 7,      // the keeper's sum over the tree; value: bytes
  kCgroupMemory = 8,    // oom_kill of the job's own cgroup
  kThreadMemory = 9,    // note: refused in a thread other than the main one
  kForkDenied = 10,     // value: processes alive when it was denied
  kAborted = 11,        // the host asked (AbortSignal, close)
  kLost = 12,           // a malformed message, or a closed channel or evidence socket
  kBootDeadline = 13,
  kHostGone = 14,
};

struct Head {
  std::uint32_t magic;
  MessageType type;
  std::uint16_t reserved;
  std::uint64_t token;  // the job, a random number; 0 before one started
};

// Limits of one job. Bytes and nanoseconds; kUnset where there is none.
struct WireLimits {
  std::int64_t memory;
  std::int64_t address_space;  // bytes above the idle worker (a command: in all)
  std::int64_t cpu_ns;
  std::int64_t wall_ns;
  std::int64_t processes;
  std::int64_t grace_ns;
  std::int64_t file_size;
  std::int64_t open_files;
  std::int64_t stack;
  std::int64_t core_size;
};

// host -> keeper. A function's keeper waits for it; a command starts by itself (PlanHeader.flags & kPlanCommand).
struct StartMessage {
  Head head;
  WireLimits limits;
};
struct StopMessage {
  Head head;
  Cause cause;              // kAborted or kLost
  std::uint32_t immediate;  // 1: no grace
};
struct SignalMessage {
  Head head;
  std::int32_t signal;
  std::int32_t reserved;
};

// keeper -> host
struct LaunchedMessage {
  Head head;
  std::int32_t pid;
  std::int32_t keeper;  // its own number: the host's child is the guard
  std::int64_t time_ns;
};

struct CauseRecord {
  Cause cause;
  std::uint32_t reserved;
  std::int64_t time_ns;  // CLOCK_MONOTONIC, when it was recorded, before any signal
  std::int64_t value;
};

// Steps of a launch, in order; `lib/plan/steps.ts` has their names.
enum class Step : std::uint32_t {
  kNone = 0,
  kClone,
  kKeeper,
  kPlan,
  kSubreaper,
  kFork,
  kParentDeath,
  kSession,
  kStdio,
  kCwd,
  kNice,
  kCgroup,
  kRlimitAs,
  kRlimitData,
  kRlimitCpu,
  kRlimitNproc,
  kRlimitFsize,
  kRlimitNofile,
  kRlimitStack,
  kRlimitCore,
  kGroups,
  kGid,
  kUid,
  kNoNewPrivs,
  kSeccomp,
  kPtrace,
  kSignals,
  kExec,
  kBoot,
  kUserNamespace,
};

enum ReportFlags : std::uint32_t {
  kReportLaunched = 1u << 0,  // exec succeeded
  kReportBooted = 1u << 1,
  kReportBegan = 1u << 2,
  kReportSending = 1u << 3,
  kReportDone = 1u << 4,         // Done arrived before the end
  kReportKilled = 1u << 5,       // the keeper sent SIGKILL to the job's own process
  kReportStopSent = 1u << 6,     // a soft stop was sent
  kReportHostSignal = 1u << 7,   // kill() by the host delivered `host_signal`
  kReportEvidenceBad = 1u << 8,  // malformed evidence arrived
  kReportIdle = 1u << 9,         // `where` lists active resources: the loop was idle
};

// Mechanisms that not every machine has: those that served a job, in its report; those to do without, in a plan.
enum RungFlags : std::uint32_t {
  kRungMemoryCgroup = 1u << 0,
  kRungCpuCgroup = 1u << 1,
  kRungPidsCgroup = 1u << 2,
  kRungCgroupKill = 1u << 3,
  kRungForkTrace = 1u << 4,        // ptrace(2) of the fork family
  kRungForkListener = 1u << 5,     // seccomp_unotify(2) of the fork family
  kRungAllocationTrace = 1u << 6,  // ptrace(2) of mmap, brk, mremap, mprotect
  kRungUserNamespace = 1u << 7,    // RLIMIT_NPROC inside a user namespace of its own
};
constexpr std::uint32_t kAllRungs = (1u << 8) - 1;
constexpr int kRungSlots = 16;

/// Why rungs could not be had: for each bit of RungFlags the errno that was met, or 0.
struct RungErrors {
  std::int16_t of[kRungSlots];

  void Note(RungFlags rung, int error) { of[__builtin_ctz(rung)] = static_cast<std::int16_t>(error); }
  void Take(const RungErrors& other) {
    for (int i = 0; i < kRungSlots; i++) {
      if (other.of[i] != 0) of[i] = other.of[i];
    }
  }
};

// keeper -> host, once per job, when nothing of its tree is left. Followed by where_length bytes of text.
struct ReportMessage {
  Head head;
  std::uint32_t flags;
  std::int32_t exit_code;    // -1 when it did not exit
  std::int32_t term_signal;  // 0 when it was not signaled
  std::int32_t host_signal;
  Step failed_step;
  std::int32_t failed_errno;
  std::int64_t begin_ns;  // CLOCK_MONOTONIC: start of the job
  std::int64_t end_ns;    // its own process ended (or Done arrived)
  std::int64_t clean_ns;  // nothing of the tree left
  std::int64_t user_ns;   // whole tree, above the idle worker
  std::int64_t system_ns;
  std::int64_t peak_memory;       // bytes: VmHWM of the job's own process, above the idle worker for a function
  std::int64_t peak_tree_memory;  // bytes, or kUnset where it was not sampled
  std::int64_t peak_processes;    // alive at once, the job's own process included
  std::int64_t leftovers;
  std::int64_t context_switches;
  std::int64_t read_bytes;
  std::int64_t written_bytes;
  WireLimits in_force;  // as enforced by the keeper, after nesting
  std::uint32_t rungs;  // RungFlags
  std::uint32_t reserved;
  std::uint32_t cause_count;
  std::uint32_t where_length;
  RungErrors rung_errors;
  CauseRecord causes[kMaxCauses];  // in order of time; notes included; the first that is no note is the verdict's
};

// keeper <-> worker
struct EvidenceMessage {
  Head head;
  std::uint8_t secret[16];
  std::int64_t time_ns;
  Cause cause;
  std::uint32_t text_length;  // kWhere: bytes that follow
  std::int64_t value;         // kSoftStop: grace in ns; kWhere: 1 = the loop was idle
  std::int64_t cpu_ns;        // kBegin: CPU time of the worker so far (user and system)
  std::int64_t vm_data;       // kBegin: VmData in bytes
  std::int64_t vm_rss;        // kBegin: RssAnon + RssShmem in bytes; kDone: its own ru_maxrss (RUSAGE_SELF), bytes
  std::int64_t system_ns;     // kBegin: the system part of cpu_ns
  std::int64_t rss_file;      // kBegin: RssFile in bytes
  std::int64_t switches;      // kBegin: context switches so far (ru_nvcsw + ru_nivcsw)
  std::int64_t vm_size;       // kBegin: VmSize in bytes
};

}  // namespace stint
