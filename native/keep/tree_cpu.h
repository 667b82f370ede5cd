// CPU time of a whole tree, exact to the nanosecond for the living.
//
// living: their own CPU clocks (clock_getcpuclockid(3)), threads and unreaped zombies included
// dead:   what their parents waited for (cutime, cstime; in ticks) and what the keeper has reaped.
// A parent that ignores SIGCHLD has its children's time forgotten by the kernel, so the time of the dead is at least
// what their clocks showed when they were last seen alive.
#pragma once
#include <vector>

#include "keep/tree.h"

namespace stint {

class TreeCpu {
 public:
  void Begin();
  /// Time of the tree so far; `reaped_ns` is what the keeper itself has waited for. `others_ns` gets the part that is
  /// not the own clock of `worker`.
  std::int64_t Sum(const Tree& tree, std::int64_t reaped_ns, pid_t worker, std::int64_t* others_ns);
  /// Whether one of the tree forgets its dead: to know of them, look often.
  bool Forgets() const { return forgets_; }

 private:
  struct Seen {
    pid_t pid;
    std::uint64_t started;
    std::int64_t own_ns;
  };
  void CountVanished(const std::vector<Seen>& now);

  std::vector<Seen> seen_;
  std::vector<Seen> fresh_;
  std::int64_t vanished_ns_ = 0;
  bool forgets_ = false;
};

}  // namespace stint
