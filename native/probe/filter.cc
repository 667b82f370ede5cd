#include "probe/filter.h"

#include <sys/prctl.h>

#include <cerrno>

#include "keep/fork_filter.h"
#include "probe/record.h"
#include "probe/watchdog.h"

namespace stint {

int FilterForks() {
  const int refused = TheWatchdog().AwaitGo();
  if (refused < 0) return -refused;
  // Of the threads there are now only this one makes processes; further ones inherit the filter.
  const ForkFilter filter = refused == 0 ? ForkFilter::kTrace : ForkFilter::kDeny;
  int listener = InstallForkFilter(filter);
  // Without privileges a filter needs no_new_privs (seccomp(2)).
  if (listener == -EACCES && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) listener = InstallForkFilter(filter);
  if (listener < 0) return TheRecord().SendNoFilter(-listener) ? 0 : EPIPE;
  if (filter == ForkFilter::kDeny && !TheRecord().SendForkNotify(listener)) return EPIPE;
  return 0;
}

}  // namespace stint
