// The worker's end of the evidence socket: what is sent here can no longer be changed by the worker, survives SIGKILL,
// and carries the keeper's secret, which lives only in this memory. One per process, since the callbacks of V8, malloc
// and the CPU timer have no other way to find it. Sending is async-signal-safe and never allocates.
#pragma once
#include <atomic>
#include <cstdint>
#include <string_view>

#include "support/wire.h"

namespace stint {

/// What the idle worker used when the job began.
struct Baseline {
  std::int64_t cpu_ns = 0;
  std::int64_t system_ns = 0;
  std::int64_t switches = 0;
  std::int64_t vm_data = 0;
  std::int64_t vm_size = 0;
  std::int64_t rss = 0;
  std::int64_t rss_file = 0;
  std::int64_t shmem = 0;  // part of rss
  std::int64_t stack = 0;  // what statm counts as data and RLIMIT_DATA does not
};

class Record {
 public:
  /// Takes over descriptor `fd`: moves it out of the job's way (high, CLOEXEC) and waits for the keeper's Hello, at
  /// most five seconds. 0 or an errno (ETIMEDOUT, EPROTO). A forked worker attaches anew.
  int Attach(int fd);
  void SetToken(std::uint64_t token) { token_ = token; }

  /// Waits for room in the socket. False when the keeper is gone.
  bool Send(MessageType type, Cause cause = Cause::kNone, std::int64_t value = 0);
  bool SendDone();
  /// `asks`: the worker waits for kGo before it sets its fork filter.
  bool SendBegin(const Baseline& baseline, bool asks);
  /// Passes the listener of a fork filter to the keeper.
  bool SendForkNotify(int listener);
  /// seccomp(2) was refused, by that errno.
  bool SendNoFilter(int error);
  /// `idle`: the text lists active resources, not a stack.
  bool SendWhere(std::string_view text, bool idle);
  /// Never blocks: for allocation failures, which may come in any thread at any rate.
  void Note(Cause cause, std::int64_t value);

  /// One message of the keeper; false when there is none now. `closed` tells the end of the keeper.
  bool Receive(EvidenceMessage* message, bool* closed);

  /// Its forks are held since before exec (told by Hello).
  bool filtered() const { return filtered_; }
  int fd() const { return fd_; }

 private:
  EvidenceMessage Make(MessageType type) const;
  bool Transmit(const EvidenceMessage& message, std::string_view text, int flags);

  int fd_ = -1;
  bool filtered_ = false;
  std::uint8_t secret_[16] = {};
  std::atomic<std::uint64_t> token_{0};
};

Record& TheRecord();

/// Moves a descriptor out of the job's way: a high number, CLOEXEC. The new number or -1 with errno.
int MoveHigh(int fd);

}  // namespace stint
