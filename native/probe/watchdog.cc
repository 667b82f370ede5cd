#include "probe/watchdog.h"

#include <poll.h>
#include <pthread.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>

#include "probe/record.h"
#include "probe/stop.h"
#include "support/clock.h"

namespace stint {
namespace {

constexpr std::size_t kStackSize = 128 * 1024;
constexpr int kGoTimeoutSeconds = 5;

sigset_t OnlyCpuSignal() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, CpuSignal());
  return set;
}

/// A detached thread that starts with every signal blocked. 0 or an errno.
int StartBlocked(void* (*entry)(void*), void* argument) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackSize);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  const int error = pthread_create(&thread, &attributes, entry, argument);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  return error;
}

}  // namespace

int Watchdog::Start() {
  const sigset_t set = OnlyCpuSignal();
  signals_.Reset(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals_.valid()) return errno;
  const int moved = MoveHigh(signals_.get());
  if (moved < 0) return errno;
  signals_.Release();
  signals_.Reset(moved);
  sem_init(&started_, 0, 0);
  sem_init(&gone_ahead_, 0, 0);
  if (const int error = StartBlocked(Main, this); error != 0) return error;
  while (sem_wait(&started_) != 0) {
  }
  return 0;
}

void* Watchdog::Main(void* self) {
  auto* watchdog = static_cast<Watchdog*>(self);
  pthread_setname_np(pthread_self(), "stint-watchdog");
  watchdog->thread_ = static_cast<int>(syscall(SYS_gettid));
  sem_post(&watchdog->started_);
  watchdog->Loop();
  return nullptr;
}

void Watchdog::Loop() {
  // signalfd(2): a read takes the signals of the reading thread, so that a signal sent to this thread alone is seen.
  pollfd sources[2] = {{signals_.get(), POLLIN, 0}, {TheRecord().fd(), POLLIN, 0}};
  for (;;) {
    if (poll(sources, 2, PollTimeout()) < 0 && errno != EINTR) return;
    if (sources[0].revents != 0) OnCpu();
    if (sources[1].revents != 0) OnKeeper();
    CheckOverdue();
  }
}

void Watchdog::OnCpu() {
  signalfd_siginfo info;
  if (read(signals_.get(), &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return;
  TheRecord().Send(MessageType::kCause, Cause::kCpuWorker, timer_.Used());
  TheStop().Capture();
}

void Watchdog::OnKeeper() {
  EvidenceMessage message{};
  bool closed = false;
  const bool received = TheRecord().Receive(&message, &closed);
  if (received && message.head.type == MessageType::kSoftStop) OnSoftStop(message);
  if (received && message.head.type == MessageType::kGo) {
    go_ = static_cast<int>(message.value);
    sem_post(&gone_ahead_);
  }
  if (closed) kill(getpid(), SIGKILL);  // nobody enforces the limits any more
}

int Watchdog::AwaitGo() {
  timespec until{};
  clock_gettime(CLOCK_REALTIME, &until);  // what sem_timedwait(3) goes by
  until.tv_sec += kGoTimeoutSeconds;
  while (sem_timedwait(&gone_ahead_, &until) != 0) {
    if (errno != EINTR) return -errno;
  }
  return go_;
}

void Watchdog::OnSoftStop(const EvidenceMessage& message) {
  TheStop().SoftStop(message.cause, message.value);
  if (message.value > 0) overdue_ns_ = MonotonicNs() + message.value / 2;
}

int Watchdog::PollTimeout() const {
  if (overdue_ns_ == 0) return -1;
  const std::int64_t left = overdue_ns_ - MonotonicNs();
  return static_cast<int>(std::clamp<std::int64_t>(left / kNsPerMs + 1, 0, 1'000'000));
}

void Watchdog::CheckOverdue() {
  if (overdue_ns_ == 0 || MonotonicNs() < overdue_ns_) return;
  overdue_ns_ = 0;
  TheStop().Overdue();
}

Watchdog& TheWatchdog() {
  static Watchdog watchdog;
  return watchdog;
}

}  // namespace stint
