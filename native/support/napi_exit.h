#pragma once
#include <node_api.h>

namespace stint {

/// A JavaScript function of one exit code that ends this process at once (_exit(2)): no hook of Node's or of libc's
/// runs, no thread is waited for, and memory is left to the kernel.
napi_value Exit(napi_env env, napi_callback_info info);

}  // namespace stint
