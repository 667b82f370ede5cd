// JavaScript values for those who ask, and what they may call.
#pragma once
#include <node_api.h>

namespace stint {

napi_value Boolean(napi_env env, bool on);

/// A function `name` of `object`; its callback finds `data` in its info (napi_get_cb_info).
void AddMethod(napi_env env, napi_value object, const char* name, napi_callback method, void* data);

}  // namespace stint
