// NativePlan (lib/native.ts) read strictly.
#pragma once
#include <node_api.h>

#include "launch/launch_plan.h"

namespace stint {

/// False with a TypeError pending that names the field.
bool ReadPlan(napi_env env, napi_value value, LaunchPlan* plan);

/// Reads a NativeForkPlan: the streams, `outputSize` and `bootNs`.
bool ReadForkPlan(napi_env env, napi_value value, LaunchPlan* plan);

}  // namespace stint
