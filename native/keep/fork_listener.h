// The keeper's end of a kDeny filter: each fork of the job waits here for its answer (seccomp_unotify(2)).
#pragma once
#include "support/unique_fd.h"

namespace stint {

class ForkListener {
 public:
  void Open(UniqueFd listener) { fd_ = std::move(listener); }
  void Close() { fd_.Reset(); }
  int fd() const { return fd_.get(); }
  /// The next fork that waits. False when there is none; the listener closes itself when nobody is left to ask.
  bool Receive();
  /// Answers it: EAGAIN, or lets the call go on in the kernel.
  void Answer(bool allow);

 private:
  UniqueFd fd_;
  unsigned long long id_ = 0;
};

}  // namespace stint
