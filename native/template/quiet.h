// When a template may be forked. V8's platform counts the tasks that its threads have not done; a fork copies the count
// and not the threads. One more than none, and a worker that starts a thread of JavaScript waits for ever: Node ends
// such a thread only once the platform has nothing left to do (NodePlatform::DrainTasks).
#pragma once

namespace stint {

/// Waits, for a while, until every other thread of this process sleeps: a thread that was given something to do is
/// runnable from then on. The caller gives none anything to do meanwhile.
void AwaitQuiet();

}  // namespace stint
