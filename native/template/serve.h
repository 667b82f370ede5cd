// The template: a process that has loaded the user's module and then does nothing but fork keepers, each of which
// forks workers, one after another.
//
//   template (this loop) -- fork() --> keeper (keep/keeper.h) -- ForkWorker() --> worker (returns into JavaScript)
//
// While it serves, no JavaScript and no event loop runs in the template, so all workers start from the very same state
// and nothing is mapped that would need MADV_DOFORK again. Other threads stay behind in every fork; libuv and libc put
// their own state right (pthread_atfork(3)), which is why the keeper comes by a full fork() and only the worker, a
// child of a process with one thread, by a bare one.
//
// The template is a subreaper: what a keeper leaves behind that was killed (by a job of the same user) is killed here.
#pragma once
#include "support/unique_fd.h"

namespace stint {

/// What a forked worker goes on with.
struct Forked {
  UniqueFd evidence;
  int error = 0;  // the template could not begin to serve; then this is still the template
};

/// Serves until the host is gone (the process then ends), or forks: in a worker it returns. `channel` and `evidence`
/// are the template's own descriptors; in a worker `channel` is the job's channel, under the same number.
Forked Serve(int channel, int evidence);

}  // namespace stint
