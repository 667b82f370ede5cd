// `launch` of NativeAddon (lib/native.ts).
#pragma once
#include <node_api.h>

namespace stint {

/// Adds `launch` to the addon's exports, once per environment.
void InitLaunch(napi_env env, napi_value exports);

}  // namespace stint
