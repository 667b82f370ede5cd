// The keeper: parent of a worker or command, subreaper of all that comes of it, and arbiter of its end.
//
// One loop over five descriptors (host, worker, birth, seccomp listener, signalfd) and the next deadline. ppoll(2)
// sleeps on CLOCK_MONOTONIC with a resolution of nanoseconds, so deadlines need no timerfd and cost no system call.
//
// A job goes launching -> parked -> running -> stopping -> killing -> clean (job.h). Whatever ends it is first written
// to its CauseLog, then acted on. When its own process is gone, everything that still lives is killed and reaped until
// wait says ECHILD: all descendants of a subreaper end up as its children, so ECHILD is proof, without a look at /proc.
// Only then the report is sent, and never by a blocking call: a host that does not read cannot delay a kill.
//
// No global state and no threads: the same class serves the keeper executable (one job) and keepers that are forked
// from a template (one job after another, the next worker parked while the present one runs).
#pragma once
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>

#include "keep/cgroup.h"
#include "keep/fork_listener.h"
#include "keep/job.h"
#include "keep/precedence.h"
#include "keep/stdio_state.h"
#include "keep/tracer.h"
#include "keep/tree.h"
#include "keep/tree_cpu.h"
#include "keep/worker_source.h"
#include "support/unique_fd.h"

namespace stint {

struct KeeperSetup {
  int control = -1;  // owned by the keeper from now on
  bool command = false;
  WireLimits limits{};  // a command: all of them, absolute; a worker: `processes`, if its filter stands before exec
  int stop_signal = 0;
  std::int64_t boot_ns = 0;     // a worker's deadline from its birth to Booted; 0 = none
  std::uint32_t without = 0;    // RungFlags
  bool exact = false;           // refused allocations of a command are watched for
  JobCgroup* cgroup = nullptr;  // of the one job of this keeper; not owned
  bool inherits[3] = {};        // the job's stdio that shares a description with the keeper's own 0, 1, 2
};

enum class RunEnd {
  kOver,    // the host is gone, or the source makes no further worker
  kWorker,  // this process is a forked worker: take its evidence socket and leave
};

class Keeper {
 public:
  Keeper(const KeeperSetup& setup, WorkerSource* source);
  RunEnd Run();
  /// In a forked worker: its end of the evidence socket. Every other descriptor of the keeper closes with it.
  UniqueFd TakeEvidence() { return std::move(worker_.evidence); }

 private:
  // loop.cc
  void RunJob();
  bool Born();
  void BeginJob(std::int64_t now);
  bool MakeNext();
  void Turn();
  int Wait(pollfd* polls) const;
  std::int64_t NextDeadline() const;
  void CheckDeadlines(std::int64_t now);
  void DrainSignals();
  void Executed(std::int64_t now);
  void ReadBirth();

  // control.cc
  void DrainControl();
  void HandleControl(const char* bytes, std::size_t size);
  void HandleStart(const StartMessage& start);
  void HandleStop(const StopMessage& stop);
  void HandleSignal(const SignalMessage& signal);
  void HostGone();

  // evidence.cc
  void DrainEvidence();
  void DrainEvidenceOnce();
  bool HandleEvidence(const EvidenceMessage& message, const char* text, std::int64_t now);
  bool HandleBegin(const EvidenceMessage& message, std::int64_t now);
  void HandleBooted();
  void HandleDone(const EvidenceMessage& message, std::int64_t now);
  bool HandleCause(const EvidenceMessage& message, std::int64_t now);
  bool HandleWhere(const EvidenceMessage& message, const char* text);
  void EvidenceLost(std::int64_t now);
  void SendEvidence(MessageType type, Cause cause, std::int64_t value);

  // polls.cc
  void ArmPolls(std::int64_t now);
  void Poll(std::int64_t now);
  void PollCpu(std::int64_t now);
  void PollMemory(std::int64_t now);
  std::int64_t SharesAboveIdle();
  std::int64_t UntilCpuPoll(std::int64_t left) const;
  std::int64_t UntilMemoryPoll(std::int64_t left) const;
  void CountProcesses();
  bool CountsByLooking() const;
  void PollCount(std::int64_t now);

  // groups.cc
  void PollCgroupMemory(std::int64_t now);
  std::int64_t CgroupCpuNs() const;
  void NoteRungs();
  void LookForOom(std::int64_t now);
  void LeaveCgroup();
  std::int64_t PeakBetweenLooks() const;

  // forks.cc
  void ReadForks();
  bool AllowFork(std::int64_t now);
  void LimitForks();
  void TraceWorker();
  void LookAtForks(std::int64_t error, std::int64_t now);
  void TraceeStopped(pid_t tid, int status);
  void AnswerForks();
  void ForkDenied(std::int64_t now, std::int64_t alive);

  // ending.cc
  void EndBy(Cause cause, std::int64_t now, std::int64_t value = 0);
  void SoftStop(Cause cause, std::int64_t now);
  bool StopsOnSignal() const;
  void StopIsOver(std::int64_t now);
  bool Starved() const;
  void Kill(std::int64_t now);
  void KillWorker();
  bool WorkerEnded() const;
  bool WorkerEnding() const;
  void Reap();
  bool ReapOne();
  void ReapWorker();
  void TakeStatus(const siginfo_t& info);
  void ReadIo(std::int64_t* read, std::int64_t* written) const;
  void Sweep(std::int64_t now);
  void KillTree(std::int64_t now);
  void TreeIsGone(std::int64_t clean_ns);
  void ThawStuck();

  // report.cc
  void QueueLaunched(std::int64_t now);
  void QueueReport();
  void FillUsage(ReportMessage* report) const;
  void Flush();

  KeeperSetup setup_;
  WorkerSource* source_;
  UniqueFd control_;
  sigset_t mask_before_{};
  UniqueFd signals_;
  StdioState stdio_;
  Tree tree_;
  Precedence precedence_;
  TreeCpu cpu_;
  Tracer tracer_;
  ForkListener listener_;
  Worker worker_;
  Worker next_;
  Job job_;
  rusage usage_before_{};
  int processors_ = 0;
  bool am_worker_ = false;
  bool draining_evidence_ = false;
  bool host_gone_ = false;
  bool next_failed_ = false;
  bool childless_ = false;
  bool launched_pending_ = false;
  bool report_pending_ = false;
  LaunchedMessage launched_{};
  ReportMessage report_{};
  char where_[kMaxWhere];
};

}  // namespace stint
