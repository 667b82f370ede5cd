// WireLimits as values of JavaScript (NativeLimits in lib/native.ts).
#pragma once
#include <node_api.h>

#include "support/wire.h"

namespace stint {

/// Every field must be an integer from -1 (not set) to 2^53 - 1. False with a TypeError pending that names the field.
bool ReadLimits(napi_env env, napi_value value, WireLimits* limits);
/// Null where an exception is pending.
napi_value MakeLimits(napi_env env, const WireLimits& limits);

}  // namespace stint
