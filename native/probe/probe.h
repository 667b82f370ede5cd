// The worker's side of the addon: `attachWorker` and `facts` (NativeAddon in lib/native.ts).
#pragma once
#include <node_api.h>

namespace stint {

/// Adds the probe's functions to the addon's exports, once per environment.
void InitProbe(napi_env env, napi_value exports);

}  // namespace stint
