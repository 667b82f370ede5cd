// From exec to the program's own first instruction: the dynamic loader (ld.so(8)) at work.
//
// Under a limit on memory execve(2) can succeed and the loader then fail to map a library: it exits with 127, as if
// the program had run. So the loader's system calls are watched for ENOMEM until it jumps to the program's entry
// (AT_ENTRY, getauxval(3)), where a breakpoint waits. A static program has no loader.
#pragma once
#include <sys/types.h>

#include <cstdint>

namespace stint {

class LoaderWatch {
 public:
  /// At the exec's stop. False when there is nothing to watch; else the tracee is on its way.
  bool Begin(pid_t pid);
  bool active() const { return pid_ != 0; }
  /// A stop of the tracee that is no event; `status` as in waitid(2). True when the loader is done: the tracee stands
  /// before the program's first instruction.
  bool Stopped(int status);
  /// True when the loader was refused memory.
  bool Refused() const { return refused_; }
  void Reset() { *this = LoaderWatch(); }

 private:
  pid_t pid_ = 0;
  std::uint64_t entry_ = 0;
  long saved_ = 0;
  bool refused_ = false;
};

}  // namespace stint
