// What the worker says. A message counts when it is whole, carries the secret, and makes sense now; anything else
// means that the job wrote to the descriptor itself, and ends it as lost.
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "keep/keeper.h"
#include "keep/receive.h"
#include "keep/rlimits.h"
#include "keep/tree_memory.h"
#include "support/clock.h"

namespace stint {
namespace {

// A flood of messages may not keep the loop from its deadlines.
constexpr int kMessagesPerTurn = 32;
// From the closing of the evidence socket to the end of a process that is exiting (exit_files before exit_notify).
constexpr std::int64_t kExitGapNs = 50 * kNsPerMs;

struct EvidenceBuffer {
  EvidenceMessage message;
  char text[kMaxWhere];
  char excess;
};

bool SameSecret(const std::uint8_t* a, const std::uint8_t* b) {
  unsigned difference = 0;
  for (std::size_t i = 0; i < kSecretSize; i++) difference |= a[i] ^ b[i];
  return difference == 0;
}

/// Figures that sums and differences of can be formed without overflow; -1 where the worker could not read one.
bool FiguresAreSound(const EvidenceMessage& message) {
  constexpr std::int64_t kMost = std::int64_t{1} << 60;
  for (const std::int64_t figure : {message.cpu_ns, message.vm_data, message.vm_rss, message.system_ns,
                                    message.rss_file, message.switches, message.vm_size}) {
    if (figure < -1 || figure > kMost) return false;
  }
  return true;
}

bool IsWhole(const EvidenceBuffer& buffer, std::size_t size, const std::uint8_t* secret) {
  if (size < sizeof(EvidenceMessage) || size >= sizeof buffer) return false;
  const EvidenceMessage& message = buffer.message;
  return message.head.magic == kWireMagic && SameSecret(message.secret, secret) && message.text_length <= kMaxWhere &&
         FiguresAreSound(message) && message.text_length == size - sizeof message;
}

/// The worker's clock reading, unless it cannot be: then the keeper's own.
std::int64_t TimeOf(const EvidenceMessage& message, std::int64_t earliest, std::int64_t now) {
  return message.time_ns >= earliest && message.time_ns <= now ? message.time_ns : now;
}

}  // namespace

void Keeper::DrainEvidence() {
  if (draining_evidence_) return;  // a message of the host's that one of the worker's waited for
  draining_evidence_ = true;
  DrainEvidenceOnce();
  draining_evidence_ = false;
}

void Keeper::DrainEvidenceOnce() {
  EvidenceBuffer buffer;
  for (int i = 0; i < kMessagesPerTurn && worker_.evidence.valid(); i++) {
    UniqueFd listener;
    const ssize_t size = ReceiveWithFd(worker_.evidence.get(), &buffer, sizeof buffer, &listener);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) return;
    const std::int64_t now = MonotonicNs();
    if (size <= 0) {
      worker_.evidence.Reset();
      if (!job_.ended) job_.lost_at = now + kExitGapNs;
      return;
    }
    const bool whole = IsWhole(buffer, static_cast<std::size_t>(size), worker_.secret);
    if (whole && buffer.message.head.type == MessageType::kForkNotify && listener.valid()) {
      listener_.Open(std::move(listener));
      continue;
    }
    if (whole && HandleEvidence(buffer.message, buffer.text, now)) continue;
    job_.flags |= kReportEvidenceBad;
    worker_.evidence.Reset();
    EvidenceLost(now);
  }
}

bool Keeper::HandleEvidence(const EvidenceMessage& message, const char* text, std::int64_t now) {
  const bool running = (job_.flags & kReportBegan) != 0 && (job_.flags & kReportDone) == 0;
  switch (message.head.type) {
    case MessageType::kBooted:
      HandleBooted();
      return true;
    case MessageType::kBegin:
      return HandleBegin(message, now);
    case MessageType::kListening:
      job_.listening = message.value != 0;
      return true;
    case MessageType::kSending:
      job_.flags |= kReportSending;
      job_.charged = false;
      return running;
    case MessageType::kDone:
      if (running) HandleDone(message, now);
      return running;
    case MessageType::kForkNotify:
      LookAtForks(message.value, now);
      return true;
    case MessageType::kCause:
      return running && HandleCause(message, now);
    case MessageType::kWhere:
      return HandleWhere(message, text);
    default:
      return false;
  }
}

/// The idle worker: what an exec'ed one has read, written and peaked at while it booted is not the job's.
void Keeper::HandleBooted() {
  job_.flags |= kReportBooted;
  job_.boot_at = kNever;
  if (source_->Again()) return;  // a forked worker has done nothing yet
  ReadIo(&job_.base_read, &job_.base_written);
  ResetPeak(worker_.pid, tree_.proc_fd());
}

/// The host sends Start before it sends the job to the worker, so Start is in the queue when Begin arrives.
bool Keeper::HandleBegin(const EvidenceMessage& message, std::int64_t now) {
  if (!job_.started) DrainControl();
  if (!job_.started || (job_.flags & kReportBegan) != 0 || message.head.token != job_.token) return false;
  job_.base_cpu_ns = message.cpu_ns;
  job_.base_system_ns = message.system_ns;
  job_.base_memory = message.vm_rss;
  job_.base_resident = message.vm_rss + message.rss_file;
  job_.base_switches = message.switches;
  ClampAbove({message.vm_data, message.vm_size}, &job_.limits);
  if (job_.phase != Phase::kParked) return true;
  BeginJob(TimeOf(message, now - kNsPerSecond, now));
  if (message.value == 1) TraceWorker();
  return true;
}

void Keeper::HandleDone(const EvidenceMessage& message, std::int64_t now) {
  job_.flags |= kReportDone;
  job_.end_ns = TimeOf(message, job_.begin_ns, now);
  job_.peak_memory = message.vm_rss;
  Kill(now);
}

/// The worker's own records count also when they are read after its death.
bool Keeper::HandleCause(const EvidenceMessage& message, std::int64_t now) {
  const Cause cause = message.cause;
  const bool note = CauseLog::IsNote(cause);
  if (!note && cause != Cause::kCpuWorker && cause != Cause::kHeap) return false;
  if (job_.causes.Has(cause)) return true;
  if (note || job_.phase >= Phase::kKilling) {
    job_.causes.Append(cause, TimeOf(message, job_.begin_ns, now), message.value);
  } else {
    EndBy(cause, now, message.value);
  }
  return true;
}

/// The stack has been printed: without a grace there is nothing left to wait for.
bool Keeper::HandleWhere(const EvidenceMessage& message, const char* text) {
  if (job_.where_length == 0) {
    job_.where_length = message.text_length;
    std::memcpy(where_, text, message.text_length);
    if (message.value == 1) job_.flags |= kReportIdle;
  }
  if (job_.phase == Phase::kStopping && !job_.in_grace) job_.kill_at = 0;
  return true;
}

/// Closed while the worker lives, or malformed.
void Keeper::EvidenceLost(std::int64_t now) {
  job_.lost_at = kNever;
  EndBy(Cause::kLost, now);
}

void Keeper::SendEvidence(MessageType type, Cause cause, std::int64_t value) {
  if (!worker_.evidence.valid()) return;
  EvidenceMessage message{};
  message.head = {kWireMagic, type, 0, job_.token};
  message.time_ns = MonotonicNs();
  message.cause = cause;
  message.value = value;
  std::memcpy(message.secret, worker_.secret, kSecretSize);
  // A worker that does not read gets its SIGKILL without having been asked.
  send(worker_.evidence.get(), &message, sizeof message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace stint
