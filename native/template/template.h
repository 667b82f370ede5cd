// The template's and the forked worker's side of the addon: methods of NativeWorker in lib/native.ts.
#pragma once
#include <node_api.h>

namespace stint {

class AttachedWorker;

/// Adds `hideThreads`, `learnRandom`, `reseed`, `pause`, `serve` and `exit` to the object that attachWorker() returns.
void AddTemplateMethods(napi_env env, napi_value object, AttachedWorker* worker);

}  // namespace stint
