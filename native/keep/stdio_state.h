// Flags and terminal settings of inherited standard streams. They belong to the open file description, which the job
// shares with the host: a killed Node leaves O_NONBLOCK or a raw terminal behind (fcntl(2), termios(3)).
#pragma once
#include <termios.h>

namespace stint {

class StdioState {
 public:
  /// Remembers descriptors 0, 1 and 2 as they are, where `inherits` says that the job gets them.
  void Note(const bool (&inherits)[3]);
  /// Puts back what differs. SIGTTOU must be blocked (tcsetattr(3) from a background process group).
  void Restore() const;

 private:
  struct Stream {
    int flags = -1;  // -1: not noted
    bool terminal = false;
    termios settings{};
  };
  Stream streams_[3];
};

}  // namespace stint
