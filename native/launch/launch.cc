#include "launch/launch.h"

#include <cerrno>

#include "channel/socket.h"
#include "launch/clone_keeper.h"
#include "launch/stdio.h"
#include "support/clock.h"

namespace stint {
namespace {

LaunchedKeeper Failed(Step step, int error) {
  LaunchedKeeper launched;
  launched.step = step;
  launched.error = error;
  return launched;
}

int OpenChannel(const LaunchPlan& plan, SocketPair* channel) {
  if (plan.command()) return 0;
  const int error = MakeSocketPair(channel);
  if (error != 0) return error;
  GrowSendBuffer(channel->ours.get());
  GrowSendBuffer(channel->theirs.get());
  return 0;
}

UniqueFd SealedPlan(LaunchPlan* plan) {
  plan->source.header.launch_ns = MonotonicNs();
  const std::vector<char> blob = EncodePlan(plan->source);
  if (!blob.empty()) return SealPlan(blob);
  errno = E2BIG;
  return UniqueFd();
}

}  // namespace

LaunchedKeeper LaunchKeeper(LaunchPlan* plan) {
  SocketPair control;
  SocketPair channel;
  Stdio stdio;
  if (const int error = MakeSocketPair(&control); error != 0) return Failed(Step::kClone, error);
  if (const int error = OpenChannel(*plan, &channel); error != 0) return Failed(Step::kClone, error);
  if (const int error = OpenStdio(plan->streams, &stdio); error != 0) return Failed(Step::kStdio, error);
  const UniqueFd blob = SealedPlan(plan);
  if (!blob.valid()) return Failed(Step::kPlan, errno);
  CloneResult clone =
      CloneKeeper({plan->keeper.c_str(),
                   {control.theirs.get(), blob.get(), channel.theirs.get(), stdio.job[0], stdio.job[1], stdio.job[2]}});
  if (clone.pid < 0) return Failed(Step::kClone, clone.error);
  LaunchedKeeper launched;
  launched.pid = clone.pid;
  launched.pidfd = std::move(clone.pidfd);
  launched.control = std::move(control.ours);
  launched.channel = std::move(channel.ours);
  launched.stdio = std::move(stdio.host);
  return launched;
}

}  // namespace stint
