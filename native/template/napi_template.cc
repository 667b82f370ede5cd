#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <uv.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "channel/poll.h"
#include "probe/allocation.h"
#include "probe/record.h"
#include "probe/worker.h"
#include "support/napi_exit.h"
#include "support/napi_fields.h"
#include "support/napi_values.h"
#include "template/platform.h"
#include "template/random.h"
#include "template/serve.h"
#include "template/template.h"
#include "template/time_origin.h"

namespace stint {
namespace {

RandomState& TheRandomState() {
  static RandomState state;
  return state;
}

TimeOrigin& TheTimeOrigin() {
  static TimeOrigin origin;
  return origin;
}

AttachedWorker* Self(napi_env env, napi_callback_info info, napi_value* arguments, std::size_t count) {
  void* data = nullptr;
  napi_get_cb_info(env, info, &count, arguments, nullptr, &data);
  return static_cast<AttachedWorker*>(data);
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
int Resume(uv_loop_t* loop, Forked forked) {
  if (const int status = uv_loop_fork(loop); status != 0) return -status;
  const int place = TheRecord().fd();
  if (dup3(forked.evidence.get(), place, O_CLOEXEC) < 0) return errno;
  return TheRecord().Attach(place);
}

napi_value Pause(napi_env env, napi_callback_info info) {
  Self(env, info, nullptr, 0)->channel().Pause();
  return nullptr;
}

/// Blocks without the loop: a parked worker is woken by the message itself. The watchdog hears of its keeper's end.
int AwaitMessage(Channel* channel) {
  if (const int error = channel->Start(); error != 0) return error;
  pollfd host{channel->fd(), POLLIN, 0};
  while (poll(&host, 1, -1) < 0) {
    if (errno != EINTR) return errno;
  }
  channel->Drain();
  return 0;
}

/// A keeper that was killed meanwhile is nothing to tell the user of: the host sees it, too.
[[noreturn]] void Fail(const char* what, int error) {
  const bool gone = error == EPIPE || error == ECONNRESET;
  if (!gone) std::fprintf(stderr, "stint: %s: %s\n", what, std::strerror(error));
  _exit(1);
}

/// A turn of the loop with no JavaScript on the stack: so begins the turn in which a forked worker runs its job, too.
void ServeNow(AttachedWorker* worker) {
  Forked forked = Serve(worker->channel().fd(), TheRecord().fd());
  if (forked.error != 0) Fail("the template cannot serve", forked.error);
  EnvLoop* loop = EnvLoop::Of(worker->env());
  const HandleScope scope(worker->env());
  if (const int error = Resume(loop->loop(), std::move(forked)); error != 0) Fail("the worker cannot go on", error);
  worker->OnForked();
  if (const int error = worker->Park(); error != 0) Fail("the worker cannot be parked", error);
  if (const int error = AwaitMessage(&worker->channel()); error != 0) Fail("the worker cannot listen", error);
}

napi_value ServeTemplate(napi_env env, napi_callback_info info) {
  static Timer turn;
  AttachedWorker* worker = Self(env, info, nullptr, 0);
  WatchAllocations();  // for all workers: it takes long, and they have their own copies of what it changes
  const auto serve = [worker] {
    turn.Close();
    ServeNow(worker);
  };
  const int error = turn.Start(EnvLoop::Of(env), 0, serve);
  return error == 0 ? nullptr : ThrowErrno(env, "the template cannot serve", error);
}

napi_value HideThreads(napi_env env, napi_callback_info) { return Boolean(env, HidePlatformThreads()); }

napi_value Reseed(napi_env env, napi_callback_info) {
  napi_value result = nullptr;
  napi_create_object(env, &result);
  napi_set_named_property(env, result, "numbers", Boolean(env, TheRandomState().Reseed()));
  napi_set_named_property(env, result, "contexts", Boolean(env, TheRandomState().knows_contexts()));
  return result;
}

napi_value LearnTimeOrigin(napi_env env, napi_callback_info) { return Boolean(env, TheTimeOrigin().Learn()); }

napi_value RestartTime(napi_env env, napi_callback_info) {
  return Boolean(env, TheTimeOrigin().Restart(EnvLoop::Of(env)->loop()));
}

}  // namespace

void AddTemplateMethods(napi_env env, napi_value object, AttachedWorker* worker) {
  AddMethod(env, object, "hideThreads", HideThreads, worker);
  AddMethod(env, object, "learnRandom", LearnRandom, worker);
  AddMethod(env, object, "learnTimeOrigin", LearnTimeOrigin, worker);
  AddMethod(env, object, "pause", Pause, worker);
  AddMethod(env, object, "serve", ServeTemplate, worker);
  AddMethod(env, object, "reseed", Reseed, worker);
  AddMethod(env, object, "restartTime", RestartTime, worker);
  AddMethod(env, object, "exit", Exit, nullptr);  // Node's own waits for threads that a fork does not copy
}

}  // namespace stint
