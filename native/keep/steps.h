// Between fork and exec: one flat list of steps, each of which can fail and then says so as {step, errno}.
#pragma once
#include <sys/types.h>

#include "keep/rlimits.h"
#include "keep/worker_source.h"

namespace stint {

/// How a job's forks are held: what its child sets up for itself between fork and exec.
struct ForkOrder {
  ForkFilter filter = ForkFilter::kNone;
  std::int64_t tasks = kUnset;  // RLIMIT_NPROC inside a user namespace of its own
  bool give_up = false;         // no rung is left
};

/// All that the child needs, made ready by the keeper: nothing is allocated or computed after the fork.
struct StepPlan {
  pid_t keeper = 0;
  int stdio[3] = {-1, -1, -1};
  int channel = -1;                 // the worker's end, or -1 for a command
  int evidence = -1;                // the worker's end, or -1 for a command
  int doors[4] = {-1, -1, -1, -1};  // of control groups (cgroup.h): "0" is written to each
  int birth = -1;                   // SOCK_SEQPACKET, close-on-exec, above every descriptor that is replaced
  const char* cwd = "";
  int nice = 0;
  std::int64_t uid = -1;
  std::int64_t gid = -1;
  bool no_new_privs = false;
  bool exact = false;            // where a tracer can be had: refused allocations are watched for, too
  bool wait_for_tracer = false;  // the keeper then says how forks are held
  ForkOrder forks;
  RlimitPlan rlimits;
  char* const* files = nullptr;
  char* const* argv = nullptr;
  char* const* env = nullptr;
};

/// Runs the steps and execve(2). Never returns: a failure is sent on `birth`.
[[noreturn]] void RunSteps(const StepPlan& plan);

}  // namespace stint
