#include "template/forked.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace stint {
namespace {

/// Where the libc keeps the number of the calling thread: glibc has the kernel clear it when the thread ends
/// (set_tid_address(2)), so prctl(2) tells it. Null where that is not so (musl), or not told (no checkpoint support).
int* ThreadNumber() {
  int* address = nullptr;
  if (prctl(PR_GET_TID_ADDRESS, &address) != 0 || address == nullptr) return nullptr;
  return *address == static_cast<int>(syscall(SYS_gettid)) ? address : nullptr;
}

}  // namespace

bool ForksUnseen() { return ThreadNumber() != nullptr; }

pid_t ForkWorker() {
  int* const number = ThreadNumber();
  if (number == nullptr) return fork();
  const unsigned long flags = CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGURG;
#if defined(__x86_64__)
  return static_cast<pid_t>(syscall(SYS_clone, flags, nullptr, nullptr, number, nullptr));
#else  // most others have the thread-local pointer before the child's number (clone(2))
  return static_cast<pid_t>(syscall(SYS_clone, flags, nullptr, nullptr, nullptr, number));
#endif
}

}  // namespace stint
