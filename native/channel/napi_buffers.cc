#include "channel/napi_buffers.h"

#include <sys/mman.h>

#include <cstring>
#include <utility>

#include "channel/channel.h"
#include "support/napi_fields.h"

namespace stint {
namespace {

constexpr std::size_t kMinExternal = 64 * 1024;  // below, a copy is cheaper than a mapping that waits for the collector

struct Mapping {
  void* data;
  std::size_t size;
};

void Release(napi_env, void*, void* hint) {
  auto* mapping = static_cast<Mapping*>(hint);
  munmap(mapping->data, mapping->size);
  delete mapping;
}

bool ToExternal(napi_env env, IncomingPart* part, napi_value* value) {
  auto* mapping = new Mapping{part->mapping, part->mapping_size};
  void* data = const_cast<char*>(part->data);
  if (napi_create_external_arraybuffer(env, data, part->size, Release, mapping, value) != napi_ok) {
    delete mapping;  // where V8 has a sandbox, memory of others is not allowed: copied then
    return false;
  }
  part->mapping = nullptr;
  return true;
}

bool ToArrayBuffer(napi_env env, IncomingPart* part, napi_value* value) {
  if (part->mapping != nullptr && part->size >= kMinExternal && ToExternal(env, part, value)) return true;
  void* data = nullptr;
  if (napi_create_arraybuffer(env, part->size, &data, value) != napi_ok) return false;
  if (part->size > 0) std::memcpy(data, part->data, part->size);
  return true;
}

bool ToAll(napi_env env, Incoming* incoming, napi_value* main, napi_value* segments) {
  napi_value buffer = nullptr;
  if (!ToArrayBuffer(env, &incoming->main, &buffer)) return false;
  if (napi_create_typedarray(env, napi_uint8_array, incoming->main.size, buffer, 0, main) != napi_ok) return false;
  if (napi_create_array_with_length(env, incoming->segments.size(), segments) != napi_ok) return false;
  for (std::size_t i = 0; i < incoming->segments.size(); i++) {
    napi_value segment = nullptr;
    if (!ToArrayBuffer(env, &incoming->segments[i], &segment)) return false;
    if (napi_set_element(env, *segments, static_cast<std::uint32_t>(i), segment) != napi_ok) return false;
  }
  return true;
}

}  // namespace

bool ToBuffers(napi_env env, Incoming* incoming, napi_value* main, napi_value* segments) {
  if (ToAll(env, incoming, main, segments)) return true;
  napi_value error = nullptr;
  napi_get_and_clear_last_exception(env, &error);
  return false;
}

bool ReadOutgoing(napi_env env, const napi_value arguments[4], Outgoing* outgoing) {
  std::int64_t type = 0;
  if (!ReadInteger(env, arguments[0], "type", {1, 255}, &type)) return false;
  outgoing->type = static_cast<std::uint8_t>(type);
  return ReadToken(env, arguments[1], "token", &outgoing->token) &&
         ReadBytes(env, arguments[2], "main", &outgoing->main) &&
         ReadBytesList(env, arguments[3], "segments", &outgoing->segments);
}

}  // namespace stint
