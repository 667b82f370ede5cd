#include "probe/watchdog.h"

#include <poll.h>
#include <pthread.h>
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

volatile sig_atomic_t cpu_is_used_up = 0;

void OnCpuSignal(int) { cpu_is_used_up = 1; }

/// The disposition is the process's, but the signal goes to the watchdog alone.
int HandleCpuSignal() {
  struct sigaction action {};
  action.sa_handler = OnCpuSignal;
  return sigaction(CpuSignal(), &action, nullptr) == 0 ? 0 : errno;
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
  if (thread_ != 0) return 0;
  if (const int error = HandleCpuSignal(); error != 0) return error;
  sem_init(&started_, 0, 0);
  sem_init(&gone_ahead_, 0, 0);
  if (const int error = StartBlocked(Main, this); error != 0) return error;
  while (sem_wait(&started_) != 0) {
  }
  return timer_.Create(thread_);
}

void* Watchdog::Main(void* self) {
  auto* watchdog = static_cast<Watchdog*>(self);
  pthread_setname_np(pthread_self(), "stint-watchdog");
  watchdog->thread_ = static_cast<int>(syscall(SYS_gettid));
  sem_post(&watchdog->started_);
  watchdog->Loop();
  return nullptr;
}

/// The CPU timer's signal can come in no other moment than within ppoll(2).
void Watchdog::Loop() {
  sigset_t waiting;
  sigfillset(&waiting);
  sigdelset(&waiting, CpuSignal());
  for (;;) {
    pollfd keeper{TheRecord().fd(), POLLIN, 0};
    const timespec timeout = Timeout();
    const int ready = ppoll(&keeper, 1, overdue_ns_ == 0 ? nullptr : &timeout, &waiting);
    if (ready < 0 && errno != EINTR) return;
    if (cpu_is_used_up) OnCpu();
    if (ready > 0) OnKeeper();
    CheckOverdue();
  }
}

void Watchdog::OnCpu() {
  cpu_is_used_up = 0;
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

timespec Watchdog::Timeout() const {
  const std::int64_t left = std::max<std::int64_t>(0, overdue_ns_ - MonotonicNs());
  return {static_cast<time_t>(left / kNsPerSecond), static_cast<long>(left % kNsPerSecond)};
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
