// What the host says. Anything malformed is treated as the host's end: everything is killed, nothing is reported.
#include <signal.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "keep/keeper.h"
#include "keep/rlimits.h"
#include "support/clock.h"

namespace stint {
namespace {

constexpr std::size_t kMaxControl = sizeof(StartMessage);

bool LimitsAreSound(const WireLimits& limits) {
  for (const std::int64_t value :
       {limits.memory, limits.address_space, limits.cpu_ns, limits.wall_ns, limits.processes, limits.grace_ns,
        limits.file_size, limits.open_files, limits.stack, limits.core_size}) {
    if (value < kUnset) return false;
  }
  return true;
}

}  // namespace

void Keeper::DrainControl() {
  char bytes[kMaxControl + 1];
  while (!host_gone_) {
    const ssize_t size = recv(control_.get(), bytes, sizeof bytes, MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (size <= 0) return HostGone();
    HandleControl(bytes, static_cast<std::size_t>(size));
  }
}

void Keeper::HandleControl(const char* bytes, std::size_t size) {
  union {
    Head head;
    StartMessage start;
    StopMessage stop;
    SignalMessage signal;
  } message{};
  if (size < sizeof(Head) || size > sizeof message) return HostGone();
  std::memcpy(&message, bytes, size);
  if (message.head.magic != kWireMagic) return HostGone();
  if (message.head.type == MessageType::kStart && size == sizeof(StartMessage)) return HandleStart(message.start);
  if (message.head.type == MessageType::kStop && size == sizeof(StopMessage)) return HandleStop(message.stop);
  if (message.head.type == MessageType::kSignal && size == sizeof(SignalMessage)) return HandleSignal(message.signal);
  HostGone();
}

void Keeper::HandleStart(const StartMessage& start) {
  if (setup_.command || job_.started || !LimitsAreSound(start.limits)) return HostGone();
  job_.started = true;
  job_.token = start.head.token;
  job_.limits = start.limits;
  ClampToHardLimits(&job_.limits);
}

/// A Stop for a job that is over already has lost the race; token 0 means the worker that boots or waits.
void Keeper::HandleStop(const StopMessage& stop) {
  if (stop.head.token != job_.token && stop.head.token != 0) return;
  if (stop.immediate != 0) job_.limits.grace_ns = 0;
  EndBy(stop.cause == Cause::kLost ? Cause::kLost : Cause::kAborted, MonotonicNs());
}

void Keeper::HandleSignal(const SignalMessage& signal) {
  if (signal.head.token != job_.token || job_.ended || job_.phase == Phase::kLaunching || WorkerEnded()) return;
  if (kill(worker_.pid, signal.signal) != 0 || signal.signal == 0) return;
  job_.flags |= kReportHostSignal;
  job_.host_signal = signal.signal;
}

/// The socket stays open, though nobody listens to it any more: its end, when the keeper ends, says that nothing of the
/// job is left. A host whose guard was killed waits for that.
void Keeper::HostGone() {
  if (host_gone_) return;
  host_gone_ = true;
  const std::int64_t now = MonotonicNs();
  if (next_.pid > 0) kill(next_.pid, SIGKILL);
  EndBy(Cause::kHostGone, now);
}

}  // namespace stint
