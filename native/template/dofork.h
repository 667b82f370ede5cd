// V8 marks the memory of its heap MADV_DONTFORK: a forked child would not have it (madvise(2)).
#pragma once

namespace stint {

/// Takes that mark off every private mapping of this process. To be called when nothing of JavaScript runs any more
/// before the fork: V8 marks each new mapping again. Marks are inherited, so once is enough for a whole line of forks.
/// 0 or an errno.
int UndoDontFork();

}  // namespace stint
