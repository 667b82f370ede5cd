// Strict readers of JavaScript values: never coerced. Each leaves a TypeError that names the field (and what it must
// be) pending and returns false when the value does not fit; with an exception already pending it only returns false.
#pragma once
#include <node_api.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "support/bytes.h"

namespace stint {

struct IntegerRange {
  std::int64_t least;
  std::int64_t most;
};
constexpr std::int64_t kMaxSafeInteger = (std::int64_t{1} << 53) - 1;

bool ReadInteger(napi_env env, napi_value value, const char* name, IntegerRange range, std::int64_t* out);
bool ReadBoolean(napi_env env, napi_value value, const char* name, bool* out);
/// A string without NUL characters, as UTF-8.
bool ReadString(napi_env env, napi_value value, const char* name, std::string* out);
/// Strings in one, each with a NUL after it.
bool ReadTexts(napi_env env, napi_value value, const char* name, std::vector<std::string>* out);
bool ReadStrings(napi_env env, napi_value value, const char* name, std::vector<std::string>* out);
/// A bigint from 0 to 2^64 - 1.
bool ReadToken(napi_env env, napi_value value, const char* name, std::uint64_t* out);
/// A typed array, Buffer or DataView. The bytes stay where they are.
bool ReadBytes(napi_env env, napi_value value, const char* name, Bytes* out);
bool ReadBytesList(napi_env env, napi_value value, const char* name, std::vector<Bytes>* out);
bool ReadFunction(napi_env env, napi_value value, const char* name);

/// The field `name` of an object; false where `object` is none or its getter threw.
bool GetField(napi_env env, napi_value object, const char* name, napi_value* out);

/// Throws a TypeError: `name` must be `expected`. Returns false, for `return ThrowField(...)`.
bool ThrowField(napi_env env, const char* name, const char* expected);

}  // namespace stint
