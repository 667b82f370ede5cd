// V8's platform in a process that forks. Node makes one with threads of its own; a fork copies none of them, and what
// V8 hands to them there is never done: a full collection of garbage does, and Node waits for its end whenever a loop
// runs dry.
#pragma once

namespace stint {

/// From now on V8 hears that its platform has no threads, and does by itself what it would share
/// (v8::Platform::NumberOfWorkerThreads of v8-platform.h: zero is what V8's own single-threaded platform says). False
/// where this node does not export what it takes.
bool HidePlatformThreads();

}  // namespace stint
