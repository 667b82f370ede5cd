// A user namespace of the job's own (user_namespaces(7)), in which RLIMIT_NPROC counts the job alone, and not all that
// its user runs elsewhere.
//
// The job keeps its uid, its gid and its files. What it loses: other owners' files show the overflow ids (65534), it
// cannot change groups, and set-user-ID programs gain nothing. Outside user 0 is exempt from RLIMIT_NPROC whatever the
// namespace calls it, so a job of root would have to run as somebody else: root is not for this rung.
#pragma once
#include <cstdint>

namespace stint {

/// Whether a job with that uid (-1: the caller's own) may use the rung.
bool HasUserToCount(std::int64_t uid);

/// Moves the calling process, which has one thread, and limits it to so many tasks. Only system calls: it runs between
/// fork and exec. 0, or an errno; `*entered` says whether it was moved.
int EnterUserNamespace(std::int64_t tasks, bool* entered);

}  // namespace stint
