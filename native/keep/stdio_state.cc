#include "keep/stdio_state.h"

#include <fcntl.h>

#include <cstring>

namespace stint {

void StdioState::Note(const bool (&inherits)[3]) {
  for (int fd = 0; fd < 3; fd++) {
    Stream& stream = streams_[fd];
    stream.flags = inherits[fd] ? fcntl(fd, F_GETFL) : -1;
    stream.terminal = stream.flags >= 0 && tcgetattr(fd, &stream.settings) == 0;
  }
}

void StdioState::Restore() const {
  for (int fd = 0; fd < 3; fd++) {
    const Stream& stream = streams_[fd];
    if (stream.flags < 0) continue;
    const int flags = fcntl(fd, F_GETFL);
    if (flags >= 0 && flags != stream.flags) fcntl(fd, F_SETFL, stream.flags);
    termios now{};
    if (!stream.terminal || tcgetattr(fd, &now) != 0) continue;
    if (std::memcmp(&now, &stream.settings, sizeof now) != 0) tcsetattr(fd, TCSANOW, &stream.settings);
  }
}

}  // namespace stint
