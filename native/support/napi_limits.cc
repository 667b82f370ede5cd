#include "support/napi_limits.h"

#include <string>

#include "support/napi_fields.h"

namespace stint {
namespace {

struct LimitField {
  const char* name;
  std::int64_t WireLimits::*member;
};

constexpr LimitField kFields[] = {
    {"memory", &WireLimits::memory},       {"addressSpace", &WireLimits::address_space},
    {"cpuNs", &WireLimits::cpu_ns},        {"wallNs", &WireLimits::wall_ns},
    {"processes", &WireLimits::processes}, {"graceNs", &WireLimits::grace_ns},
    {"fileSize", &WireLimits::file_size},  {"openFiles", &WireLimits::open_files},
    {"stack", &WireLimits::stack},         {"coreSize", &WireLimits::core_size},
};

}  // namespace

bool ReadLimits(napi_env env, napi_value value, WireLimits* limits) {
  for (const LimitField& field : kFields) {
    napi_value number = nullptr;
    if (!GetField(env, value, field.name, &number)) return false;
    const std::string name = std::string("limits.") + field.name;
    if (!ReadInteger(env, number, name.c_str(), {kUnset, kMaxSafeInteger}, &(limits->*field.member))) return false;
  }
  return true;
}

napi_value MakeLimits(napi_env env, const WireLimits& limits) {
  napi_value object = nullptr;
  if (napi_create_object(env, &object) != napi_ok) return nullptr;
  for (const LimitField& field : kFields) {
    napi_value number = nullptr;
    napi_create_int64(env, limits.*field.member, &number);
    if (napi_set_named_property(env, object, field.name, number) != napi_ok) return nullptr;
  }
  return object;
}

}  // namespace stint
