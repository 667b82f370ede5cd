#include <sched.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <initializer_list>

#include "keep/keeper.h"
#include "keep/receive.h"
#include "keep/rlimits.h"
#include "support/clock.h"

namespace stint {
namespace {

std::int64_t After(std::int64_t now, std::int64_t span) {
  return span == kUnset || span > kNever - now ? kNever : now + span;
}

// A job that ends sooner does not wait for a fork: the worker of the next one is then made after its report.
constexpr std::int64_t kBriefNs = 2 * kNsPerMs;

/// Every signal is blocked, SIGCHLD (and the exit signal of forked workers, SIGURG) arrives on the descriptor: only
/// the host ends a keeper, and SIGTTOU cannot stop it while it restores a terminal.
int OpenSignals(sigset_t* before) {
  sigset_t all, wanted;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, before);
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGCHLD);
  sigaddset(&wanted, SIGURG);
  return signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC);
}

}  // namespace

Keeper::Keeper(const KeeperSetup& setup, WorkerSource* source)
    : setup_(setup), source_(source), control_(setup.control), signals_(OpenSignals(&mask_before_)) {
  ClampToHardLimits(&setup_.limits);
}

RunEnd Keeper::Run() {
  do {
    RunJob();
  } while (!am_worker_ && !host_gone_ && source_->Again());
  if (am_worker_) sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
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
  LeaveCgroup();
  listener_.Close();
  tracer_.Reset();
  stdio_.Restore();
  QueueReport();
  while (report_pending_ && !host_gone_) Turn();
}

/// Takes the parked worker, or has one made. False when there is none: the reason is in the job, or this is the worker.
bool Keeper::Born() {
  const std::int64_t now = MonotonicNs();
  worker_ = std::move(next_);
  next_ = Worker();
  const bool was_parked = worker_.pid != 0;
  if (!was_parked) {
    const Birth birth = source_->Make(&worker_, &job_.failure);
    am_worker_ = birth == Birth::kChild;
    if (birth == Birth::kFailed) job_.phase = Phase::kClean;
    if (birth != Birth::kParent) return false;
  }
  tree_.Begin(getpid(), worker_.pid, now);
  if (worker_.traced) tracer_.Begin(worker_.pid, worker_.filter == ForkFilter::kTrace, worker_.watched);
  job_.phase = worker_.birth.valid() ? Phase::kLaunching : Phase::kParked;
  if (!setup_.command && setup_.boot_ns > 0) job_.boot_at = After(now, setup_.boot_ns);
  if (setup_.command) job_.limits = setup_.limits;
  if (job_.phase == Phase::kParked) QueueLaunched(now);
  if (was_parked && WorkerEnded()) ReapWorker();  // its signal came while it was nobody's turn
  return true;
}

/// Parks a worker for the job after this one. True in that worker.
bool Keeper::MakeNext() {
  job_.next_at = kNever;
  if (job_.phase != Phase::kRunning || next_.pid != 0 || next_failed_) return false;
  Failure failure;
  const Birth birth = source_->Make(&next_, &failure);
  next_failed_ = birth == Birth::kFailed;  // tried again when it is needed, where the failure is told
  tree_.Except(next_.pid);
  am_worker_ = birth == Birth::kChild;
  if (am_worker_) worker_ = std::move(next_);
  return am_worker_;
}

/// exec has succeeded. A command begins with it.
void Keeper::Executed(std::int64_t now) {
  worker_.birth.Reset();
  if (job_.phase != Phase::kLaunching) return;
  job_.phase = Phase::kParked;
  NoteRungs();
  QueueLaunched(now);
  if (setup_.command) BeginJob(now);
}

void Keeper::BeginJob(std::int64_t now) {
  job_.phase = Phase::kRunning;
  job_.flags |= kReportBegan;
  job_.begin_ns = now;
  job_.boot_at = kNever;
  job_.charged = true;
  job_.wall_at = After(now, job_.limits.wall_ns);
  if (source_->Again()) job_.next_at = now + kBriefNs;
  if (job_.limits.processes != kUnset) LimitForks();
  ArmPolls(now);
}

void Keeper::Turn() {
  pollfd polls[] = {
      {host_gone_ ? -1 : control_.get(), POLLIN, 0},
      {worker_.birth.get(), POLLIN, 0},
      {worker_.evidence.get(), POLLIN, 0},
      {signals_.get(), POLLIN, 0},
      {listener_.fd(), POLLIN, 0},
  };
  if (launched_pending_ || report_pending_) polls[0].events |= POLLOUT;
  if (Wait(polls) > 0) {
    if (polls[0].revents & POLLOUT) Flush();
    if (polls[0].revents & ~POLLOUT) DrainControl();
    if (polls[1].revents != 0) ReadBirth();
    if (polls[2].revents != 0) DrainEvidence();
    if (polls[4].revents != 0) ReadForks();
    if (polls[3].revents != 0) DrainSignals();
  } else if (MonotonicNs() >= job_.next_at && MakeNext()) {
    return;
  }
  CheckDeadlines(MonotonicNs());
}

int Keeper::Wait(pollfd* polls) const {
  constexpr nfds_t kPolls = 5;
  const std::int64_t due = NextDeadline();
  const std::int64_t left = std::max<std::int64_t>(0, due - MonotonicNs());
  const timespec timeout{static_cast<time_t>(left / kNsPerSecond), static_cast<long>(left % kNsPerSecond)};
  return ppoll(polls, kPolls, due == kNever ? nullptr : &timeout, nullptr);
}

std::int64_t Keeper::NextDeadline() const {
  if (job_.phase == Phase::kClean) return kNever;
  return std::min({job_.boot_at, job_.wall_at, job_.kill_at, job_.lost_at, job_.cpu_poll_at, job_.memory_poll_at,
                   job_.count_poll_at, job_.sweep_at, job_.reap_at, job_.next_at});
}

void Keeper::CheckDeadlines(std::int64_t now) {
  if (job_.phase == Phase::kClean) return;
  if (now >= job_.boot_at) EndBy(Cause::kBootDeadline, now);
  if (now >= job_.lost_at) EvidenceLost(now);
  if (now >= job_.wall_at) {
    job_.wall_at = kNever;
    EndBy(Cause::kWall, now);
  }
  Poll(now);
  if (now >= job_.kill_at) StopIsOver(now);
  if (now >= job_.reap_at) Reap();
  if (now >= job_.sweep_at) Sweep(now);
}

void Keeper::DrainSignals() {
  signalfd_siginfo info[8];
  while (read(signals_.get(), info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
  }
  Reap();
}

/// A Failure, the listener of a filter, or EOF: close-on-exec closed the other end, so exec is past its point of no
/// return. Under a tracer its success is told by PTRACE_EVENT_EXEC instead.
void Keeper::ReadBirth() {
  UniqueFd listener;
  Failure failure;
  for (;;) {
    const ssize_t size = ReceiveWithFd(worker_.birth.get(), &failure, sizeof failure, &listener);
    if (size < 0) return;
    if (size != static_cast<ssize_t>(sizeof failure)) break;
    if (listener.valid()) listener_.Open(std::move(listener));
    if (failure.step == Step::kNone || source_->Lower(&worker_, failure)) continue;
    job_.failure = failure;
  }
  worker_.birth.Reset();
  if (job_.failure.step != Step::kNone) return;
  if (!worker_.traced) return Executed(MonotonicNs());
  if (setup_.command) job_.wall_at = After(MonotonicNs(), job_.limits.wall_ns);  // until the program itself begins
}

}  // namespace stint
