#include "launch/stdio.h"

#include <fcntl.h>

#include <cerrno>

namespace stint {
namespace {

int OpenNull(UniqueFd* job) {
  job->Reset(open("/dev/null", O_RDWR | O_CLOEXEC));
  return job->valid() ? 0 : errno;
}

int OpenPipe(bool job_reads, UniqueFd* job, UniqueFd* host) {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return errno;
  job->Reset(fds[job_reads ? 0 : 1]);
  host->Reset(fds[job_reads ? 1 : 0]);
  return 0;
}

}  // namespace

int OpenStdio(const std::array<StreamMode, 3>& modes, Stdio* stdio) {
  for (std::size_t i = 0; i < modes.size(); i++) {
    if (modes[i] == StreamMode::kInherit) continue;
    const int error = modes[i] == StreamMode::kIgnore ? OpenNull(&stdio->owned[i])
                                                      : OpenPipe(i == 0, &stdio->owned[i], &stdio->host[i]);
    if (error != 0) return error;
    stdio->job[i] = stdio->owned[i].get();
  }
  return 0;
}

}  // namespace stint
