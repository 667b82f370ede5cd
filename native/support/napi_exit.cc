#include "support/napi_exit.h"

#include <unistd.h>

#include <cstdint>
#include <cstdio>

namespace stint {

napi_value Exit(napi_env env, napi_callback_info info) {
  std::size_t count = 1;
  napi_value argument = nullptr;
  std::int32_t code = 0;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  napi_get_value_int32(env, argument, &code);
  std::fflush(nullptr);
  _exit(code);
}

}  // namespace stint
