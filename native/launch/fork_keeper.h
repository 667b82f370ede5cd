// A keeper forked from a template (native/template), as the host asks for it.
#pragma once
#include "launch/launch.h"

namespace stint {

/// Sends the far ends of a new keeper's sockets and streams over `channel`, the host's end of the template's. The
/// keeper is no child of the host: without pid and pidfd, its end shows on the control socket.
LaunchedKeeper ForkKeeper(int channel, const LaunchPlan& plan);

}  // namespace stint
