// How a job ends: record, ask, kill, and kill again until nothing is left.
#include <linux/sockios.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "keep/cpu_clock.h"
#include "keep/keeper.h"
#include "keep/thaw.h"
#include "keep/tree_memory.h"
#include "keep/wait_result.h"
#include "support/clock.h"
#include "support/proc_file.h"

namespace stint {
namespace {

// What a worker without grace gets to print its JavaScript stack.
constexpr std::int64_t kCaptureNs = 8 * kNsPerMs;
constexpr std::int64_t kCaptureCpuNs = 4 * kNsPerMs;
// Loaded cores may not let the worker run in that time. It gets it as CPU time, then, within this.
constexpr std::int64_t kCaptureLatestNs = 30 * kNsPerMs;
constexpr std::int64_t kCaptureGapNs = 2 * kNsPerMs;
// V8 is in the midst of a collection of all its heap, which it alone has time for: its limits hold meanwhile.
constexpr std::int64_t kCaptureHeapNs = 150 * kNsPerMs;
constexpr std::int64_t kCaptureHeapLatestNs = kNsPerSecond;

std::int64_t CaptureTime(Cause cause) {
  if (cause == Cause::kHeap) return kCaptureHeapNs;
  return cause == Cause::kCpuWorker || cause == Cause::kCpuTree ? kCaptureCpuNs : kCaptureNs;
}

// Sweeps: at once while processes still appear, then ever less often.
constexpr std::int64_t kEagerNs = 50 * kNsPerMs;
// A job at its wall limit is often alone, too, and many may come to it at once.
constexpr std::int64_t kAloneNs = 5 * kNsPerMs;
constexpr std::int64_t kEagerGapNs = kNsPerMs / 5;
constexpr std::int64_t kPatientGapNs = 5 * kNsPerMs;
constexpr std::int64_t kLookShare = 4;
// A process that may not be killed (another uid by set-user-ID) or cannot die (uninterruptible sleep) does not hold
// back the report for longer.
constexpr std::int64_t kGiveUpNs = 5 * kNsPerSecond;

// What was killed so long ago and sleeps on may lie in a frozen group.
constexpr std::int64_t kStuckNs = 10 * kNsPerMs;

constexpr int kLastDrains = 4;
// What was not waited for makes every look at the tree longer, so there is more time for it when looks follow each
// other; but the first one, which kills, does not wait for long.
constexpr std::int64_t kReapTurnNs = 2 * kNsPerMs;
constexpr std::int64_t kReapKilledNs = 25 * kNsPerMs;

bool EndsAtOnce(Cause cause) {
  return cause == Cause::kLost || cause == Cause::kBootDeadline || cause == Cause::kHostGone;
}

struct ProcessState {
  char state = 'Z';
  unsigned long flags = 0;  // PF_*
};

/// The third and the ninth field of proc_pid_stat(5).
ProcessState StateOf(pid_t pid) {
  char path[32];
  char text[512];
  ProcessState result;
  std::snprintf(path, sizeof path, "/proc/%d/stat", pid);
  const std::string_view stat = ReadFileAt(-1, path, text, sizeof text - 1);
  const std::size_t name_end = stat.rfind(')');  // a name may hold parentheses itself
  if (name_end == std::string_view::npos) return result;
  text[stat.size()] = '\0';
  std::sscanf(text + name_end, ") %c %*d %*d %*d %*d %*d %lu", &result.state, &result.flags);
  return result;
}

}  // namespace

/// The first cause decides the verdict and starts the stop. A later one is recorded; an abort ends the grace. What the
/// worker has said before is heard first: that it began, listens, is done, or why it ends. The host may even stop a job
/// for what the job itself has told it.
void Keeper::EndBy(Cause cause, std::int64_t now, std::int64_t value) {
  if (!EndsAtOnce(cause) && !setup_.command && !job_.ended) DrainEvidence();
  if (job_.phase >= Phase::kKilling) return;
  if (cause == Cause::kLost && WorkerEnding()) return;  // silent because it ends: its own end is what happened
  const bool first = job_.causes.First() == Cause::kNone;
  job_.causes.Append(cause, now, value);
  if (EndsAtOnce(cause) || job_.phase < Phase::kRunning) return Kill(now);
  if (first) return SoftStop(cause, now);
  if (cause == Cause::kAborted) Kill(now);
}

void Keeper::SoftStop(Cause cause, std::int64_t now) {
  const std::int64_t grace = job_.limits.grace_ns > 0 ? job_.limits.grace_ns : 0;
  const bool asked = setup_.command ? StopsOnSignal() : job_.listening;
  job_.in_grace = grace > 0 && asked;
  if (setup_.command && !job_.in_grace) return Kill(now);
  job_.phase = Phase::kStopping;
  job_.flags |= kReportStopSent;
  job_.kill_at = now + (job_.in_grace ? grace : CaptureTime(cause));
  job_.capture_ns = CaptureTime(cause);
  const std::int64_t latest = cause == Cause::kHeap ? kCaptureHeapLatestNs : kCaptureLatestNs;
  job_.capture_until = setup_.command || job_.in_grace ? 0 : now + latest;
  job_.stop_cpu_ns = CpuTimeOf(worker_.pid);
  if (setup_.command) {
    kill(worker_.pid, setup_.stop_signal);
  } else {
    SendEvidence(MessageType::kSoftStop, cause, job_.in_grace ? grace : 0);
  }
}

/// The time that a soft stop gives is over.
void Keeper::StopIsOver(std::int64_t now) {
  const bool waits = now < job_.capture_until && job_.where_length == 0 && Starved();
  if (!waits) return Kill(now);
  job_.kill_at = now + kCaptureGapNs;
}

/// Whether the worker wants to run and could not: its watchdog has not read what was sent (SIOCOUTQ, unix(7)), or its
/// main thread is runnable (proc_pid_stat(5)) and had less CPU time than it was given.
bool Keeper::Starved() const {
  const char state = StateOf(worker_.pid).state;
  if (state == 'T' || state == 't' || state == 'Z') return false;
  int unread = 0;
  if (ioctl(worker_.evidence.get(), SIOCOUTQ, &unread) == 0 && unread > 0) return true;
  return state == 'R' && CpuTimeOf(worker_.pid) - job_.stop_cpu_ns < job_.capture_ns;
}

/// Whether the command has a handler for its stop signal (proc_pid_status(5), SigCgt): else the grace would be wasted.
bool Keeper::StopsOnSignal() const {
  char path[32];
  char text[4096];
  std::snprintf(path, sizeof path, "/proc/%d/status", worker_.pid);
  const std::uint64_t caught = StatusHex(ReadFileAt(-1, path, text, sizeof text), "SigCgt:");
  return setup_.stop_signal > 0 && ((caught >> (setup_.stop_signal - 1)) & 1) != 0;
}

void Keeper::Kill(std::int64_t now) {
  if (job_.phase >= Phase::kKilling) return;
  job_.phase = Phase::kKilling;
  job_.boot_at = job_.wall_at = job_.kill_at = job_.lost_at = job_.cpu_poll_at = kNever;
  job_.memory_poll_at = job_.count_poll_at = job_.next_at = kNever;
  job_.give_up_at = now + kGiveUpNs;
  const bool done = (job_.flags & kReportDone) != 0;
  if (!done && !setup_.command && !job_.ended && job_.begin_ns != 0)
    job_.peak_memory = PeakOf(worker_.pid, tree_.proc_fd());
  KillWorker();
  // After Done the worker is nearly always alone: its end tells whether there is more to kill.
  job_.sweep_at = now + (done ? kEagerNs : job_.causes.First() == Cause::kWall ? kAloneNs : 0);
}

void Keeper::KillWorker() {
  if (job_.ended || WorkerEnded()) return;
  job_.flags |= kReportKilled;
  kill(worker_.pid, SIGKILL);  // not yet reaped, so the number is still its own
}

bool Keeper::WorkerEnded() const {
  siginfo_t info{};
  if (job_.ended) return true;
  return waitid(P_PID, static_cast<id_t>(worker_.pid), &info, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0 &&
         info.si_pid != 0 && !IsStop(info);
}

/// Whether it is on its way out: a process closes its descriptors some time before it can be waited for, on loaded
/// cores a long time before.
bool Keeper::WorkerEnding() const {
  constexpr unsigned long kExiting = 4;  // PF_EXITING
  return WorkerEnded() || (StateOf(worker_.pid).flags & kExiting) != 0;
}

/// SIGCHLD says that there may be something to wait for; it does not say how much. A job whose processes end as fast as
/// they are waited for may not keep the loop from its deadlines.
void Keeper::Reap() {
  if (job_.phase == Phase::kClean) return;
  if (!job_.ended && WorkerEnded()) ReapWorker();
  const bool looked = job_.leftovers != kUnset;
  const std::int64_t until = MonotonicNs() + (looked ? kReapKilledNs : kReapTurnNs);
  bool more = true;
  while (more && MonotonicNs() < until) more = ReapOne();
  job_.reap_at = more ? 0 : kNever;
  if (tracer_.active()) AnswerForks();
  if (job_.ended && job_.phase == Phase::kKilling) Sweep(MonotonicNs());
}

/// A worker that was forked with another exit signal is not seen by this wait (__WALL, wait(2)), nor is a parked one:
/// ECHILD means that nothing but it is left.
bool Keeper::ReapOne() {
  siginfo_t info{};
  const int result = waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT);
  childless_ = result != 0 && errno == ECHILD;
  if (result != 0 || info.si_pid == 0) return false;
  const auto pid = static_cast<id_t>(info.si_pid);
  if (IsStop(info)) {
    if (waitid(P_PID, pid, &info, WSTOPPED | WNOHANG | __WALL) == 0) TraceeStopped(info.si_pid, info.si_status);
  } else if (info.si_pid == worker_.pid && !job_.ended) {
    ReapWorker();
  } else {
    waitid(P_PID, pid, &info, WEXITED | WNOHANG | __WALL);
    tracer_.Ended(info.si_pid);
  }
  return true;
}

void Keeper::ReadIo(std::int64_t* read, std::int64_t* written) const {
  char path[32];
  char text[512];
  std::snprintf(path, sizeof path, "/proc/%d/io", worker_.pid);
  const std::string_view io = ReadFileAt(-1, path, text, sizeof text);
  *read = std::max<std::int64_t>(0, StatusNumber(io, "rchar:"));
  *written = std::max<std::int64_t>(0, StatusNumber(io, "wchar:"));
}

/// All that it sent is read before its end is judged; /proc/PID/io is still there for a process that was not waited
/// for.
void Keeper::ReapWorker() {
  if (worker_.birth.valid()) ReadBirth();
  // Bounded: a descendant may hold the descriptor and write on.
  for (int i = 0; i < kLastDrains && worker_.evidence.valid(); i++) DrainEvidence();
  const std::int64_t now = MonotonicNs();
  if (job_.phase != Phase::kLaunching) ReadIo(&job_.read_bytes, &job_.written_bytes);
  LookForOom(now);
  siginfo_t info{};
  rusage usage{};
  // The raw call: its fifth argument tells the usage (waitid(2)).
  syscall(SYS_waitid, P_PID, worker_.pid, &info, WEXITED | __WALL, &usage);
  job_.ended = true;
  worker_.evidence.Reset();
  if (job_.peak_memory == 0) job_.peak_memory = static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
  if (job_.end_ns == 0) job_.end_ns = now;
  TakeStatus(info);
  tracer_.Ended(worker_.pid);
  Kill(now);
  job_.sweep_at = now;
}

/// A process that died on its way to its program has an outcome of its own only if no limit was in its way.
void Keeper::TakeStatus(const siginfo_t& info) {
  const bool exited = info.si_code == CLD_EXITED;
  const bool launching = job_.phase == Phase::kLaunching && job_.causes.First() == Cause::kNone;
  if (launching && job_.failure.step == Step::kNone) {
    if (tracer_.LaunchRefused()) {
      job_.failure = {Step::kExec, ENOMEM};
    } else {
      Executed(job_.end_ns);
    }
  }
  if (job_.failure.step != Step::kNone) return;
  if (exited) {
    job_.exit_code = info.si_status;
  } else {
    job_.term_signal = info.si_status;
  }
}

/// Kills and reaps what is left. Every living descendant is a child, or becomes one when its parent dies.
void Keeper::Sweep(std::int64_t now) {
  if (job_.ended && childless_) return TreeIsGone(now);
  KillTree(now);
  if (job_.ended && now > job_.give_up_at) return TreeIsGone(kUnset);
  const bool eager = now < job_.give_up_at - kGiveUpNs + kEagerNs;
  job_.sweep_at = MonotonicNs() + (eager ? kEagerGapNs : kPatientGapNs);
  // Where many jobs end at once each look takes long, and what was killed needs the cores to die.
  if (!job_.ended) job_.sweep_at += kLookShare * (MonotonicNs() - now);
}

/// As far as can be known: at that time, or not at all.
void Keeper::TreeIsGone(std::int64_t clean_ns) {
  job_.clean_ns = clean_ns;
  job_.phase = Phase::kClean;
  precedence_.Yield();
}

void Keeper::KillTree(std::int64_t now) {
  const bool at_once = setup_.cgroup != nullptr && (setup_.without & kRungCgroupKill) == 0;
  if (at_once) setup_.cgroup->Freeze();
  if (!tree_.ScanAndKill(now)) return;
  std::int64_t alive = 0;
  for (const Member& member : tree_.members()) {
    if (member.zombie || member.pid == worker_.pid) continue;
    alive++;
    kill(member.pid, SIGKILL);
  }
  // The most that one look found: of processes that fork and exit all the time the first may find none.
  job_.leftovers = std::max(job_.leftovers, alive);
  if (at_once) setup_.cgroup->Kill();
  if (now - (job_.give_up_at - kGiveUpNs) > kStuckNs) ThawStuck();
  if (alive == 0 && job_.ended) tree_.ScanAllNext();
}

/// A job that may make groups of v1 can have frozen itself: SIGKILL is then only acted on once it is thawed.
void Keeper::ThawStuck() {
  for (const Member& member : tree_.members()) {
    if (member.stuck) Thaw(member.pid);
  }
}

}  // namespace stint
