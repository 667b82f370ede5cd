#include "support/napi_values.h"

namespace stint {

napi_value Boolean(napi_env env, bool on) {
  napi_value value = nullptr;
  napi_get_boolean(env, on, &value);
  return value;
}

void AddMethod(napi_env env, napi_value object, const char* name, napi_callback method, void* data) {
  napi_value function = nullptr;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, method, data, &function);
  napi_set_named_property(env, object, name, function);
}

}  // namespace stint
