// The addon's entry: joins its parts for one environment. NativeAddon in lib/native.ts is what it exports.
#include <node_api.h>

#include "channel/env_loop.h"
#include "launch/launch_export.h"
#include "probe/probe.h"
#include "support/napi_exit.h"
#include "support/napi_values.h"

NAPI_MODULE_INIT() {
  if (stint::EnvLoop::Create(env) == nullptr) return nullptr;
  stint::InitLaunch(env, exports);
  stint::InitProbe(env, exports);
  stint::AddMethod(env, exports, "exit", stint::Exit, nullptr);
  return exports;
}
