#include "template/serve.h"

#include <fcntl.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "channel/fork_request.h"
#include "keep/keeper.h"
#include "keep/tree.h"
#include "probe/v8_names.h"
#include "support/clock.h"
#include "support/pidfd.h"
#include "template/dofork.h"
#include "template/fork_source.h"
#include "template/huge_text.h"
#include "template/quiet.h"

namespace stint {
namespace {

constexpr int kSweepMs = 1;

/// Memory that is free in the template need not be copied for each worker. musl has no such call.
void TrimMalloc() {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

struct Keep {
  pid_t pid = 0;
  UniqueFd pidfd;
  UniqueFd control;  // held open: the host sees a keeper's end when nothing of it is left, and not before
};

/// The keeper's side of a fork. Returns in its workers only.
UniqueFd RunKeeper(ForkRequest request) {
  char name[16] = {};  // of the template, and of its workers
  prctl(PR_GET_NAME, name);
  prctl(PR_SET_NAME, "stint-keeper");
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  setsid();
  KeeperSetup setup;
  setup.boot_ns = request.message.boot_ns;
  for (int i = 0; i < 3; i++) {
    setup.inherits[i] = request.message.inherits[i] != 0;
    dup2(request.fds[kForkStdin + i].get(), i);
    request.fds[kForkStdin + i].Reset();
  }
  setup.control = request.fds[kForkControl].Release();
  ForkSource source;
  Keeper keeper(setup, &source);
  if (keeper.Run() == RunEnd::kOver) _exit(0);
  prctl(PR_SET_NAME, name);
  return keeper.TakeEvidence();
}

class Server {
 public:
  Server(int channel, int evidence) : channel_(channel), evidence_(evidence) {}

  Forked Run() {
    Forked forked;
    forked.error = Begin();
    while (forked.error == 0 && !forked.evidence.valid()) forked.evidence = Turn();
    return forked;
  }

 private:
  int Begin() {
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return errno;
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_BLOCK, &children, &mask_before_);
    signals_.Reset(signalfd(-1, &children, SFD_NONBLOCK | SFD_CLOEXEC));
    if (!signals_.valid()) return errno;
    TrimMalloc();
    AwaitQuiet();  // once: nothing of JavaScript runs here any more that could give a thread something to do
    return UndoDontFork();
  }

  UniqueFd Turn() {
    std::vector<pollfd> polls = {{channel_, POLLIN, 0}, {signals_.get(), POLLIN, 0}};
    for (const Keep& keep : keepers_) polls.push_back({keep.pidfd.get(), POLLIN, 0});
    if (poll(polls.data(), polls.size(), !unswept_.empty() ? kSweepMs : -1) < 0) return UniqueFd();
    if (polls[kSignals].revents != 0) WakeKeepers();
    ReapKeepers(polls);
    if (!unswept_.empty()) SweepOrphans();
    return polls[kHost].revents != 0 ? Fork() : UniqueFd();
  }

  /// A job may stop its keeper (as the same user it can), which could then end nothing any more.
  void WakeKeepers() {
    signalfd_siginfo told;
    while (read(signals_.get(), &told, sizeof told) > 0) {
    }
    for (const Keep& keep : keepers_) {
      siginfo_t info{};
      if (WaitPidfd(keep.pidfd.get(), &info, WSTOPPED | WNOHANG) == 0 && info.si_pid != 0) kill(keep.pid, SIGCONT);
    }
  }

  void ReapKeepers(const std::vector<pollfd>& polls) {
    for (std::size_t i = polls.size() - 1; i >= kFirstKeeper; i--) {
      const std::size_t at = i - kFirstKeeper;
      siginfo_t info{};
      if (polls[i].revents == 0 || WaitPidfd(polls[i].fd, &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0) continue;
      // An orderly keeper leaves nothing; a killed one may.
      const bool orderly = info.si_code == CLD_EXITED && info.si_status == 0;
      if (!orderly) unswept_.push_back(std::move(keepers_[at].control));
      keepers_.erase(keepers_.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }

  bool IsKeeper(pid_t pid) const {
    return std::any_of(keepers_.begin(), keepers_.end(), [pid](const Keep& keep) { return keep.pid == pid; });
  }

  /// Children that are no keepers were a killed keeper's. Their own children come here in turn.
  void SweepOrphans() {
    bool left = false;
    const std::int64_t now = MonotonicNs();
    tree_.Begin(getpid(), 1, now);
    tree_.ScanAllNext();
    if (!tree_.Scan(now)) return;
    for (const Member& member : tree_.members()) {
      if (member.parent != getpid() || IsKeeper(member.pid)) continue;
      left = true;
      siginfo_t info{};
      kill(member.pid, SIGKILL);
      waitid(P_PID, static_cast<id_t>(member.pid), &info, WEXITED | WNOHANG | __WALL);
    }
    if (!left) unswept_.clear();
  }

  /// Valid in a worker alone.
  UniqueFd Fork() {
    ForkRequest request;
    const int error = ReceiveForkRequest(channel_, &request);
    if (error == EAGAIN) return UniqueFd();
    if (error != 0) _exit(0);  // the host is gone; each keeper hears of that itself
    const pid_t pid = fork();
    if (pid == 0) return BecomeKeeper(std::move(request));
    // The first call does not wait for what makes the others quicker: the host uses its keeper but once.
    if (!std::exchange(prepared_, true)) MoveTextToHugePages(reinterpret_cast<const void*>(V8().terminate));
    if (pid < 0) return UniqueFd();  // the host sees the keeper's sockets closed
    keepers_.push_back(
        {pid, UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))), std::move(request.fds[kForkControl])});
    return UniqueFd();
  }

  /// The template's own sockets give way: their numbers are what the worker's JavaScript holds.
  UniqueFd BecomeKeeper(ForkRequest request) {
    dup3(request.fds[kForkChannel].get(), channel_, O_CLOEXEC);
    dup3(request.fds[kForkChannel].get(), evidence_, O_CLOEXEC);
    request.fds[kForkChannel].Reset();
    keepers_.clear();
    unswept_.clear();
    signals_.Reset();
    sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
    return RunKeeper(std::move(request));
  }

  enum : std::size_t { kHost, kSignals, kFirstKeeper };  // of what is polled

  int channel_;
  int evidence_;
  sigset_t mask_before_{};
  UniqueFd signals_;
  bool prepared_ = false;
  std::vector<Keep> keepers_;
  Tree tree_;
  std::vector<UniqueFd> unswept_;  // control sockets of killed keepers whose workers may still live
};

}  // namespace

Forked Serve(int channel, int evidence) { return Server(channel, evidence).Run(); }

}  // namespace stint
