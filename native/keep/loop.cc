#include <sched.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <initializer_list>

#include "keep/keeper.h"
#include "keep/rlimits.h"
#include "support/clock.h"

namespace stint {
namespace {

std::int64_t After(std::int64_t now, std::int64_t span) {
  return span == kUnset || span > kNever - now ? kNever : now + span;
}

/// Every signal is blocked, SIGCHLD (and the exit signal of forked workers, SIGURG) arrives on the descriptor: only
/// the host ends a keeper, and SIGTTOU cannot stop it while it restores a terminal.
int OpenSignals() {
  sigset_t all, wanted;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGCHLD);
  sigaddset(&wanted, SIGURG);
  return signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC);
}

}  // namespace

Keeper::Keeper(const KeeperSetup& setup, WorkerSource* source)
    : setup_(setup), source_(source), control_(setup.control), signals_(OpenSignals()) {
  ClampToHardLimits(&setup_.limits);
}

RunEnd Keeper::Run() {
  do {
    RunJob();
  } while (!am_worker_ && !host_gone_ && source_->Again());
  return am_worker_ ? RunEnd::kWorker : RunEnd::kOver;
}

void Keeper::RunJob() {
  job_ = Job();
  stdio_.Note(setup_.inherits);
  getrusage(RUSAGE_CHILDREN, &usage_before_);
  if (Born()) {
    while (!am_worker_ && job_.phase != Phase::kClean) Turn();
  }
  if (am_worker_) return;
  stdio_.Restore();
  QueueReport();
  while (report_pending_ && !host_gone_) Turn();
}

/// Takes the parked worker, or has one made. False when there is none: the reason is in the job, or this is the worker.
bool Keeper::Born() {
  const std::int64_t now = MonotonicNs();
  if (next_.pid > 0) {
    worker_ = std::move(next_);
    next_ = Worker();
  } else {
    const Birth birth = source_->Make(&worker_, &job_.failure);
    am_worker_ = birth == Birth::kChild;
    if (birth == Birth::kFailed) job_.phase = Phase::kClean;
    if (birth != Birth::kParent) return false;
  }
  tree_.Begin(getpid(), worker_.pid, now);
  job_.phase = worker_.birth.valid() ? Phase::kLaunching : Phase::kParked;
  if (!setup_.command && setup_.boot_ns > 0) job_.boot_at = After(now, setup_.boot_ns);
  if (setup_.command) job_.limits = setup_.limits;
  if (job_.phase == Phase::kParked) QueueLaunched(now);
  return true;
}

/// A command begins with its exec.
void Keeper::Executed(std::int64_t now) {
  worker_.birth.Reset();
  job_.phase = Phase::kParked;
  QueueLaunched(now);
  if (setup_.command) BeginJob(now);
}

void Keeper::BeginJob(std::int64_t now) {
  job_.phase = Phase::kRunning;
  job_.flags |= kReportBegan;
  job_.begin_ns = now;
  job_.boot_at = kNever;
  job_.charged = true;
  Arm();
}

void Keeper::Arm() { job_.wall_at = After(job_.begin_ns, job_.limits.wall_ns); }

void Keeper::Turn() {
  pollfd polls[5] = {
      {control_.get(), POLLIN, 0},
      {worker_.birth.get(), POLLIN, 0},
      {worker_.evidence.get(), POLLIN, 0},
      {signals_.get(), POLLIN, 0},
      {-1, POLLIN, 0},
  };
  if (launched_pending_ || report_pending_) polls[0].events |= POLLOUT;
  const std::int64_t due = NextDeadline();
  const std::int64_t left = std::max<std::int64_t>(0, due - MonotonicNs());
  const timespec timeout{static_cast<time_t>(left / kNsPerSecond), static_cast<long>(left % kNsPerSecond)};
  const int ready = ppoll(polls, 5, due == kNever ? nullptr : &timeout, nullptr);
  if (ready > 0) {
    if (polls[0].revents & POLLOUT) Flush();
    if (polls[0].revents & ~POLLOUT) DrainControl();
    if (polls[1].revents != 0) ReadBirth();
    if (polls[2].revents != 0) DrainEvidence();
    if (polls[3].revents != 0) DrainSignals();
  }
  CheckDeadlines(MonotonicNs());
}

std::int64_t Keeper::NextDeadline() const {
  if (job_.phase == Phase::kClean) return kNever;
  return std::min(
      {job_.boot_at, job_.wall_at, job_.kill_at, job_.lost_at, job_.cpu_poll_at, job_.memory_poll_at, job_.sweep_at});
}

void Keeper::CheckDeadlines(std::int64_t now) {
  if (job_.phase == Phase::kClean) return;
  if (now >= job_.boot_at) EndBy(Cause::kBootDeadline, now);
  if (now >= job_.lost_at) EvidenceLost(now);
  if (now >= job_.wall_at) {
    job_.wall_at = kNever;
    EndBy(Cause::kWall, now);
  }
  if (now >= job_.kill_at) Kill(now);
  if (now >= job_.sweep_at) Sweep(now);
}

void Keeper::DrainSignals() {
  signalfd_siginfo info[8];
  while (read(signals_.get(), info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
  }
  Reap();
}

/// A Failure, or EOF: close-on-exec closed the other end, so exec has succeeded.
void Keeper::ReadBirth() {
  Failure failure;
  const ssize_t size = recv(worker_.birth.get(), &failure, sizeof failure, MSG_DONTWAIT);
  if (size < 0) return;
  if (size != static_cast<ssize_t>(sizeof failure)) return Executed(MonotonicNs());
  job_.failure = failure;
  worker_.birth.Reset();
}

}  // namespace stint
