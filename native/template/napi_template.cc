#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <uv.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "probe/record.h"
#include "probe/worker.h"
#include "support/napi_fields.h"
#include "template/random.h"
#include "template/serve.h"
#include "template/template.h"

namespace stint {
namespace {

RandomState& TheRandomState() {
  static RandomState state;
  return state;
}

AttachedWorker* Self(napi_env env, napi_callback_info info, napi_value* arguments, std::size_t count) {
  void* data = nullptr;
  napi_get_cb_info(env, info, &count, arguments, nullptr, &data);
  return static_cast<AttachedWorker*>(data);
}

napi_value Boolean(napi_env env, bool on) {
  napi_value value = nullptr;
  napi_get_boolean(env, on, &value);
  return value;
}

napi_value ThrowErrno(napi_env env, const char* what, int error) {
  const std::string message = std::string(what) + ": " + std::strerror(error);
  napi_throw_error(env, nullptr, message.c_str());
  return nullptr;
}

napi_value LearnRandom(napi_env env, napi_callback_info info) {
  napi_value arguments[2] = {};
  Self(env, info, arguments, 2);
  double first = 0;
  double second = 0;
  if (napi_get_value_double(env, arguments[0], &first) != napi_ok ||
      napi_get_value_double(env, arguments[1], &second) != napi_ok) {
    napi_throw_type_error(env, nullptr, "learnRandom takes two numbers");
    return nullptr;
  }
  return Boolean(env, TheRandomState().Learn(first, second));
}

/// In a forked worker: the loop's own descriptors are replaced by new ones (uv_loop_fork(3)), the evidence socket takes
/// the place of the template's.
int Resume(napi_env env, Forked forked) {
  uv_loop_t* loop = nullptr;
  napi_get_uv_event_loop(env, &loop);
  if (const int status = uv_loop_fork(loop); status != 0) return -status;
  const int place = TheRecord().fd();
  if (dup3(forked.evidence.get(), place, O_CLOEXEC) < 0) return errno;
  return TheRecord().Attach(place);
}

napi_value Pause(napi_env env, napi_callback_info info) {
  Self(env, info, nullptr, 0)->channel().Pause();
  return nullptr;
}

napi_value ServeTemplate(napi_env env, napi_callback_info info) {
  AttachedWorker* worker = Self(env, info, nullptr, 0);
  Forked forked = Serve(worker->channel().fd(), TheRecord().fd());
  if (forked.error != 0) return ThrowErrno(env, "the template cannot serve", forked.error);
  if (const int error = Resume(env, std::move(forked)); error != 0) {
    return ThrowErrno(env, "the forked worker cannot go on", error);
  }
  napi_value forked_worker = nullptr;
  napi_value pid = nullptr;
  napi_create_object(env, &forked_worker);
  napi_create_int32(env, getpid(), &pid);
  napi_set_named_property(env, forked_worker, "pid", pid);
  napi_set_named_property(env, forked_worker, "reseeded", Boolean(env, TheRandomState().Reseed()));
  napi_set_named_property(env, forked_worker, "contexts", Boolean(env, TheRandomState().knows_contexts()));
  return forked_worker;
}

/// Blocks without the loop: a parked worker is woken by the message itself. The keeper's end is the worker's, too.
napi_value Wait(napi_env env, napi_callback_info info) {
  AttachedWorker* worker = Self(env, info, nullptr, 0);
  if (const int error = worker->channel().Start(); error != 0) return ThrowErrno(env, "the channel", error);
  pollfd polls[] = {{worker->channel().fd(), POLLIN, 0}, {TheRecord().fd(), 0, 0}};
  while (polls[0].revents == 0) {
    if (poll(polls, 2, -1) < 0 && errno != EINTR) return ThrowErrno(env, "poll", errno);
    if (polls[1].revents != 0) _exit(1);
  }
  worker->channel().Drain();
  return nullptr;
}

/// Node's own exit waits for threads that a fork does not copy.
napi_value Exit(napi_env env, napi_callback_info info) {
  napi_value arguments[1] = {};
  Self(env, info, arguments, 1);
  std::int32_t code = 0;
  napi_get_value_int32(env, arguments[0], &code);
  std::fflush(nullptr);
  _exit(code);
}

void AddMethod(napi_env env, napi_value object, const char* name, napi_callback method, void* data) {
  napi_value function = nullptr;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, method, data, &function);
  napi_set_named_property(env, object, name, function);
}

}  // namespace

void AddTemplateMethods(napi_env env, napi_value object, AttachedWorker* worker) {
  AddMethod(env, object, "learnRandom", LearnRandom, worker);
  AddMethod(env, object, "pause", Pause, worker);
  AddMethod(env, object, "serve", ServeTemplate, worker);
  AddMethod(env, object, "wait", Wait, worker);
  AddMethod(env, object, "exit", Exit, worker);
}

}  // namespace stint
