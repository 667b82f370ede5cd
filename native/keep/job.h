// The state of one job, as its keeper sees it. Reset for each.
#pragma once
#include <cstdint>

#include "keep/causes.h"
#include "keep/worker_source.h"
#include "support/wire.h"

namespace stint {

constexpr std::int64_t kNever = INT64_MAX;

enum class Phase {
  kLaunching,  // an exec'ed process on its way to exec
  kParked,     // a worker that boots or waits
  kRunning,
  kStopping,  // a cause is recorded; grace, or the allowance for capturing `where`
  kKilling,   // SIGKILL was sent, or the job ended by itself: whatever is left is being killed
  kClean,
};

struct Job {
  std::uint64_t token = 0;
  bool started = false;  // Start arrived, or a command
  WireLimits limits{};   // in force
  Phase phase = Phase::kParked;
  std::uint32_t flags = 0;
  std::uint32_t rungs = 0;  // RungFlags
  Failure failure;
  bool ended = false;  // its own process was reaped
  int exit_code = -1;
  int term_signal = 0;
  int host_signal = 0;

  bool listening = false;
  bool charged = false;  // memory counts: from Begin to Sending
  bool in_grace = false;

  // CLOCK_MONOTONIC, ns; kNever while not armed.
  std::int64_t boot_at = kNever;
  std::int64_t wall_at = kNever;
  std::int64_t kill_at = kNever;
  std::int64_t capture_until = 0;  // a worker that could not run gets no more time than this to tell where it is
  std::int64_t lost_at = kNever;   // evidence was closed: by the job's end, or by the job?
  std::int64_t cpu_poll_at = kNever;
  std::int64_t memory_poll_at = kNever;
  std::int64_t count_poll_at = kNever;
  std::int64_t sweep_at = kNever;
  std::int64_t next_at = kNever;  // the worker of the next job is made
  std::int64_t reap_at = kNever;  // there may be more to wait for than one turn had time for
  std::int64_t give_up_at = kNever;

  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
  std::int64_t clean_ns = 0;

  // The idle worker, from Begin: subtracted from what is reported.
  std::int64_t base_cpu_ns = 0;
  std::int64_t base_system_ns = 0;
  std::int64_t base_cgroup_ns = 0;
  std::int64_t base_memory = 0;  // RssAnon + RssShmem
  std::int64_t base_resident = 0;
  std::int64_t base_switches = 0;
  std::int64_t base_read = 0;
  std::int64_t base_written = 0;

  std::int64_t capture_ns = 0;   // CPU time that it gets for it
  std::int64_t stop_cpu_ns = 0;  // its CPU clock at the soft stop
  std::int64_t cpu_seen_ns = 0;  // of the whole tree, at the last look
  std::int64_t peak_memory = 0;
  std::int64_t peak_tree_memory = kUnset;
  std::int64_t peak_processes = 1;
  std::int64_t peak_traced = 0;
  std::int64_t leftovers = kUnset;  // not yet counted
  std::int64_t read_bytes = 0;
  std::int64_t written_bytes = 0;

  CauseLog causes;
  std::uint32_t where_length = 0;
};

}  // namespace stint
