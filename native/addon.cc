// The addon's entry: joins its parts for one environment. NativeAddon in lib/native.ts is what it exports.
#include <node_api.h>

#include "channel/env_loop.h"
#include "launch/launch_export.h"
#include "probe/probe.h"

NAPI_MODULE_INIT() {
  if (stint::EnvLoop::Create(env) == nullptr) return nullptr;
  stint::InitLaunch(env, exports);
  stint::InitProbe(env, exports);
  return exports;
}
