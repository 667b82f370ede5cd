// The process behind a keeper. A job runs as the same user as its keeper, so it can kill it or stop it. Then the guard,
// next subreaper above, inherits the job's orphans, kills them, and ends as the keeper did; a stopped keeper it sets
// going again. Should the job kill the guard instead, the keeper lives on and ends the job when the host lets go of it,
// which it does once it sees the guard's end. What is left when both were killed is the host's
// (lib/launch/left-behind.ts).
#pragma once

namespace stint {

/// Forks. Returns in the child, which goes on as the keeper, and in the caller when there can be no other process; the
/// guard itself never returns.
void StandGuard();

}  // namespace stint
