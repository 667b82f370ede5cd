// Messages as values of JavaScript.
#pragma once
#include <node_api.h>

#include "channel/message.h"

namespace stint {

/// Makes a Uint8Array of the main part and an array of ArrayBuffers of the segments. What is mapped and large becomes
/// the ArrayBuffer's own memory without a copy (unmapped when it is collected); the rest is copied. False when there
/// is no memory for it; no exception is left pending.
bool ToBuffers(napi_env env, Incoming* incoming, napi_value* main, napi_value* segments);

}  // namespace stint
