// Memory of a whole tree: what it holds for itself, in RAM or swapped out, not the files it has mapped.
#pragma once
#include <cstdint>

#include "keep/tree.h"

namespace stint {

/// Sum of RssAnon + RssShmem + VmSwap over the tree (proc_pid_status(5)), in bytes. Pages that members share count
/// once for each of them: an upper bound, and exact for a single process.
std::int64_t SumOfMemory(const Tree& tree, int proc_fd);

/// The same with each shared page divided among its users (proc_pid_smaps(5), Pss): exact, and a hundred times slower.
/// Without the member `left_out`, where that is not 0.
std::int64_t SumOfShares(const Tree& tree, int proc_fd, pid_t left_out);

/// What a forked worker holds beyond the `inherited` bytes that it began with, pages that it shares with children of
/// its own divided. Of inherited pages its share tells nothing: it changes with the number of its template's other
/// workers. Never too little, and too much by no more than that share.
std::int64_t ShareAbove(std::int64_t inherited, pid_t pid, int proc_fd);

/// VmHWM of one process in bytes, or 0.
std::int64_t PeakOf(pid_t pid, int proc_fd);

/// Makes VmHWM start anew from what is resident now (proc(5), clear_refs: 5).
void ResetPeak(pid_t pid, int proc_fd);

}  // namespace stint
