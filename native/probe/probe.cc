#include "probe/probe.h"

#include <cstring>
#include <string>
#include <vector>

#include "probe/allocation.h"
#include "probe/record.h"
#include "probe/v8_names.h"
#include "probe/worker.h"
#include "support/napi_fields.h"
#include "support/napi_limits.h"
#include "support/napi_values.h"
#include "template/template.h"

namespace stint {
namespace {

constexpr int kMaxArguments = 4;

struct Call {
  napi_value arguments[kMaxArguments] = {};
  AttachedWorker* worker = nullptr;
};

/// The arguments of a call (undefined where left out) and the worker that the method belongs to.
Call ReadCall(napi_env env, napi_callback_info info) {
  Call call;
  std::size_t count = kMaxArguments;
  void* data = nullptr;
  napi_get_cb_info(env, info, &count, call.arguments, nullptr, &data);
  call.worker = static_cast<AttachedWorker*>(data);
  return call;
}

napi_value ThrowErrno(napi_env env, const char* what, int error) {
  const std::string message = std::string("stint's worker cannot use ") + what + ": " + std::strerror(error);
  napi_throw_error(env, nullptr, message.c_str());
  return nullptr;
}

napi_value Send(napi_env env, napi_callback_info info) {
  const Call call = ReadCall(env, info);
  Outgoing outgoing;
  if (!ReadOutgoing(env, call.arguments, &outgoing)) return nullptr;
  const int error = call.worker->channel().Send(outgoing, Waiting::kUntilSent);
  return error == 0 ? nullptr : ThrowErrno(env, "its channel", error);
}

napi_value Roomy(napi_env env, napi_callback_info info) {
  return Boolean(env, ReadCall(env, info).worker->channel().Roomy());
}

napi_value Hold(napi_env env, napi_callback_info info) {
  const Call call = ReadCall(env, info);
  bool on = false;
  if (ReadBoolean(env, call.arguments[0], "on", &on)) call.worker->channel().SetRef(on);
  return nullptr;
}

napi_value Park(napi_env env, napi_callback_info info) {
  const int error = ReadCall(env, info).worker->Park();
  return error == 0 ? nullptr : ThrowErrno(env, "what watches over a job", error);
}

napi_value Booted(napi_env, napi_callback_info) {
  TheRecord().Send(MessageType::kBooted);
  return nullptr;
}

napi_value Run(napi_env env, napi_callback_info info) {
  const Call call = ReadCall(env, info);
  AttachedWorker::Job job{};
  if (!ReadToken(env, call.arguments[0], "token", &job.token) || !ReadLimits(env, call.arguments[1], &job.limits) ||
      !ReadInteger(env, call.arguments[2], "resultSize", {kUnset, kMaxSafeInteger}, &job.result_size) ||
      !ReadFunction(env, call.arguments[3], "fn")) {
    return nullptr;
  }
  job.function = call.arguments[3];
  return call.worker->Run(job);
}

napi_value Listening(napi_env env, napi_callback_info info) {
  const Call call = ReadCall(env, info);
  bool on = false;
  if (!ReadBoolean(env, call.arguments[0], "on", &on)) return nullptr;
  TheStop().SetListening(on);
  TheRecord().Send(MessageType::kListening, Cause::kNone, on ? 1 : 0);
  return nullptr;
}

napi_value Sending(napi_env env, napi_callback_info info) {
  ReadCall(env, info).worker->Sending();
  return nullptr;
}

napi_value Done(napi_env env, napi_callback_info info) { ReadCall(env, info).worker->Done(); }

napi_value Refused(napi_env env, napi_callback_info) { return Boolean(env, AllocationRefused()); }

napi_value MakeWorkerObject(napi_env env, AttachedWorker* worker) {
  napi_value object = nullptr;
  napi_create_object(env, &object);
  AddMethod(env, object, "send", Send, worker);
  AddMethod(env, object, "roomy", Roomy, worker);
  AddMethod(env, object, "hold", Hold, worker);
  AddMethod(env, object, "park", Park, worker);
  AddMethod(env, object, "booted", Booted, worker);
  AddMethod(env, object, "run", Run, worker);
  AddMethod(env, object, "listening", Listening, worker);
  AddMethod(env, object, "sending", Sending, worker);
  AddMethod(env, object, "done", Done, worker);
  AddMethod(env, object, "refused", Refused, worker);
  AddTemplateMethods(env, object, worker);
  return object;
}

bool HasEvents(napi_env env, napi_value events) {
  for (const char* name : {"message", "closed", "softStop", "idle", "heapUsed", "forked"}) {
    napi_value function = nullptr;
    if (!GetField(env, events, name, &function) || !ReadFunction(env, function, name)) return false;
  }
  return true;
}

napi_value AttachWorker(napi_env env, napi_callback_info info) {
  static bool attached = false;  // descriptors 3 and 4 are there once
  const Call call = ReadCall(env, info);
  if (attached) return ThrowErrno(env, "descriptors 3 and 4 a second time", EALREADY);
  if (!HasEvents(env, call.arguments[0])) return nullptr;
  AttachedWorker* worker = nullptr;
  const char* what = nullptr;
  if (const int error = AttachedWorker::Create(env, call.arguments[0], &worker, &what); error != 0) {
    return ThrowErrno(env, what, error);
  }
  attached = true;
  return MakeWorkerObject(env, worker);
}

napi_value Strings(napi_env env, const std::vector<std::string>& texts) {
  napi_value array = nullptr;
  napi_create_array_with_length(env, texts.size(), &array);
  for (std::size_t i = 0; i < texts.size(); i++) {
    napi_value text = nullptr;
    napi_create_string_utf8(env, texts[i].c_str(), texts[i].size(), &text);
    napi_set_element(env, array, static_cast<std::uint32_t>(i), text);
  }
  return array;
}

napi_value Facts(napi_env env, napi_callback_info) {
  napi_value facts = nullptr;
  napi_create_object(env, &facts);
  napi_set_named_property(env, facts, "symbols", Strings(env, V8NamesFound(true)));
  napi_set_named_property(env, facts, "missing", Strings(env, V8NamesFound(false)));
  return facts;
}

}  // namespace

void InitProbe(napi_env env, napi_value exports) {
  AddMethod(env, exports, "attachWorker", AttachWorker, nullptr);
  AddMethod(env, exports, "facts", Facts, nullptr);
}

}  // namespace stint
