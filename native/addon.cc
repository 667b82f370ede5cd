// The addon's entry: joins its parts for one environment. NativeAddon in lib/native.ts is what it exports.
#include <node_api.h>

#include "channel/env_loop.h"
#include "launch/launch_export.h"
#include "probe/probe.h"
#include "support/napi_exit.h"

namespace {

void InitExit(napi_env env, napi_value exports) {
  napi_value exit = nullptr;
  if (napi_create_function(env, "exit", NAPI_AUTO_LENGTH, stint::Exit, nullptr, &exit) != napi_ok) return;
  napi_set_named_property(env, exports, "exit", exit);
}

}  // namespace

NAPI_MODULE_INIT() {
  if (stint::EnvLoop::Create(env) == nullptr) return nullptr;
  stint::InitLaunch(env, exports);
  stint::InitProbe(env, exports);
  InitExit(env, exports);
  return exports;
}
