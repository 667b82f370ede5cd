// The fork filter of a worker that was forked itself: an exec'ed one has it since before exec.
#pragma once

namespace stint {

/// To be called after a Begin that asked: waits until the keeper traces this process (or says that it cannot), and sets
/// the filter that fits. 0 or an errno.
int FilterForks();

}  // namespace stint
