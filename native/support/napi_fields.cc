#include "support/napi_fields.h"

#include <algorithm>
#include <cmath>

namespace stint {
namespace {

bool IsType(napi_env env, napi_value value, napi_valuetype wanted) {
  napi_valuetype type = napi_undefined;
  return napi_typeof(env, value, &type) == napi_ok && type == wanted;
}

bool ReadLength(napi_env env, napi_value value, const char* name, std::uint32_t* length) {
  bool is_array = false;
  if (napi_is_array(env, value, &is_array) == napi_ok && is_array) {
    return napi_get_array_length(env, value, length) == napi_ok;
  }
  return ThrowField(env, name, "an array");
}

bool ReadAnyString(napi_env env, napi_value value, const char* name, std::string* out) {
  std::size_t length = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) return ThrowField(env, name, "a string");
  out->resize(length);
  return napi_get_value_string_utf8(env, value, out->data(), length + 1, &length) == napi_ok;
}

template <typename T>
bool ReadList(napi_env env, napi_value value, const char* name, std::vector<T>* out,
              bool (*read)(napi_env, napi_value, const char*, T*)) {
  std::uint32_t length = 0;
  if (!ReadLength(env, value, name, &length)) return false;
  out->resize(length);
  for (std::uint32_t i = 0; i < length; i++) {
    napi_value element = nullptr;
    if (napi_get_element(env, value, i, &element) != napi_ok) return false;
    if (!read(env, element, name, &(*out)[i])) return false;
  }
  return true;
}

}  // namespace

bool ThrowField(napi_env env, const char* name, const char* expected) {
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (!pending) {
    const std::string message = std::string(name) + " must be " + expected;
    napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", message.c_str());
  }
  return false;
}

bool GetField(napi_env env, napi_value object, const char* name, napi_value* out) {
  if (!IsType(env, object, napi_object)) return ThrowField(env, name, "a field of an object");
  return napi_get_named_property(env, object, name, out) == napi_ok;
}

bool ReadInteger(napi_env env, napi_value value, const char* name, IntegerRange range, std::int64_t* out) {
  double number = 0;
  const bool is_number = napi_get_value_double(env, value, &number) == napi_ok;
  const bool fits = is_number && std::trunc(number) == number && number >= static_cast<double>(range.least) &&
                    number <= static_cast<double>(range.most);
  if (!fits) {
    const std::string expected = "an integer from " + std::to_string(range.least) + " to " + std::to_string(range.most);
    return ThrowField(env, name, expected.c_str());
  }
  *out = static_cast<std::int64_t>(number);
  return true;
}

bool ReadBoolean(napi_env env, napi_value value, const char* name, bool* out) {
  return napi_get_value_bool(env, value, out) == napi_ok || ThrowField(env, name, "a boolean");
}

bool ReadString(napi_env env, napi_value value, const char* name, std::string* out) {
  return ReadAnyString(env, value, name, out) &&
         (out->find('\0') == std::string::npos || ThrowField(env, name, "a string without NUL characters"));
}

bool ReadTexts(napi_env env, napi_value value, const char* name, std::vector<std::string>* out) {
  std::string all;
  if (!ReadAnyString(env, value, name, &all)) return false;
  if (!all.empty() && all.back() != '\0') return ThrowField(env, name, "variables, each with a NUL after it");
  out->reserve(static_cast<std::size_t>(std::count(all.begin(), all.end(), '\0')));
  for (std::size_t at = 0, end = 0; at < all.size(); at = end + 1) {
    end = all.find('\0', at);
    out->push_back(all.substr(at, end - at));
  }
  return true;
}

bool ReadStrings(napi_env env, napi_value value, const char* name, std::vector<std::string>* out) {
  return ReadList<std::string>(env, value, name, out, ReadString);
}

bool ReadToken(napi_env env, napi_value value, const char* name, std::uint64_t* out) {
  bool lossless = false;
  if (napi_get_value_bigint_uint64(env, value, out, &lossless) == napi_ok && lossless) return true;
  return ThrowField(env, name, "a bigint from 0 to 2^64 - 1");
}

bool ReadBytes(napi_env env, napi_value value, const char* name, Bytes* out) {
  bool is_view = false;
  void* data = nullptr;
  napi_is_typedarray(env, value, &is_view);
  if (is_view) {
    // napi_get_buffer_info takes any typed array, and gives its size in bytes.
    if (napi_get_buffer_info(env, value, &data, &out->size) != napi_ok) return false;
  } else {
    napi_is_dataview(env, value, &is_view);
    if (!is_view) return ThrowField(env, name, "a typed array or DataView");
    if (napi_get_dataview_info(env, value, &out->size, &data, nullptr, nullptr) != napi_ok) return false;
  }
  out->data = data;
  return true;
}

bool ReadBytesList(napi_env env, napi_value value, const char* name, std::vector<Bytes>* out) {
  return ReadList<Bytes>(env, value, name, out, ReadBytes);
}

bool ReadFunction(napi_env env, napi_value value, const char* name) {
  return IsType(env, value, napi_function) || ThrowField(env, name, "a function");
}

}  // namespace stint
