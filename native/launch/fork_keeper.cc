#include "launch/fork_keeper.h"

#include "channel/fork_request.h"
#include "channel/socket.h"
#include "launch/stdio.h"

namespace stint {
namespace {

LaunchedKeeper Failed(Step step, int error) {
  LaunchedKeeper launched;
  launched.step = step;
  launched.error = error;
  return launched;
}

ForkMessage MessageOf(const LaunchPlan& plan) {
  ForkMessage message;
  message.boot_ns = plan.source.header.boot_ns;
  for (std::size_t i = 0; i < plan.streams.size(); i++) {
    message.inherits[i] = plan.streams[i] == StreamMode::kInherit ? 1 : 0;
  }
  return message;
}

}  // namespace

LaunchedKeeper ForkKeeper(int channel, const LaunchPlan& plan) {
  SocketPair control;
  SocketPair job;
  Stdio stdio;
  if (const int error = MakeSocketPair(&control); error != 0) return Failed(Step::kClone, error);
  if (const int error = MakeSocketPair(&job); error != 0) return Failed(Step::kClone, error);
  if (const int error = OpenStdio(plan.streams, &stdio); error != 0) return Failed(Step::kStdio, error);
  const std::array<int, kForkFds> fds = {control.theirs.get(), job.theirs.get(), stdio.job[0], stdio.job[1],
                                         stdio.job[2]};
  if (const int error = SendForkRequest(channel, MessageOf(plan), fds); error != 0) return Failed(Step::kClone, error);
  LaunchedKeeper launched;
  launched.pid = 0;
  launched.control = std::move(control.ours);
  launched.channel = std::move(job.ours);
  launched.stdio = std::move(stdio.host);
  return launched;
}

}  // namespace stint
