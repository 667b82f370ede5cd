// Memory of the host in which a child runs between clone(2) and execve(2) (clone_keeper.cc): a stack with a guard page
// below, thread-local storage of its own, and what it is told and tells.
//
// The host does not wait for the child, so this memory must outlive the call that made it. The kernel says when the
// child has left it, by exec or exit: it clears `tid` (CLONE_CHILD_CLEARTID) and wakes who waits there (futex(2)).
// A few pads, used again and again, are enough: who finds all of them in use waits, as for vfork(2).
//
// The thread pointer of a child that shares memory would be that of the thread that made it, and its errno too. So it
// gets a zeroed block, wide on both sides of the pointer: thread-local variables lie below it on x86-64, above on
// arm64.
#pragma once
#include <climits>
#include <mutex>

#include "launch/clone_keeper.h"

namespace stint {

struct Launchpad {
  int tid = 0;  // not 0 while a child runs here
  int fds[kKeeperFds] = {};
  int control = -1;         // where the child tells its failure
  ReportMessage refusal{};  // all but what failed
  char keeper[PATH_MAX] = {};
  void* stack_top = nullptr;
  void* thread_pointer = nullptr;
};

class Launchpads {
 public:
  Launchpads() = default;
  /// Waits for children that are still on their way.
  ~Launchpads();
  Launchpads(const Launchpads&) = delete;
  Launchpads& operator=(const Launchpads&) = delete;

  /// One that no child uses, or null with errno. To be used by one thread at a time.
  Launchpad* Free();

 private:
  static constexpr int kPads = 4;
  Launchpad* pads_[kPads] = {};
};

}  // namespace stint
