// `launch` and the methods of NativeKeeper: reads what JavaScript gives, strictly, and hands it to a Connection.
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>

#include "launch/connection.h"
#include "launch/fork_keeper.h"
#include "launch/launch_export.h"
#include "launch/napi_plan.h"
#include "support/napi_fields.h"
#include "support/napi_limits.h"
#include "support/napi_values.h"

namespace stint {
namespace {

constexpr std::size_t kMaxArguments = 4;
constexpr const char* kStreamNames[] = {"stdin", "stdout", "stderr"};
constexpr const char* kEventNames[] = {"launched", "message", "garbage", "report", "gone"};

/// What a method was called with. `connection` is null, with an exception pending, where `this` is no NativeKeeper.
struct Call {
  Call(napi_env the_env, napi_callback_info info) : env(the_env) {
    std::size_t count = kMaxArguments;
    napi_get_cb_info(env, info, &count, arguments, &self, nullptr);  // absent ones become undefined
    void* data = nullptr;
    if (napi_unwrap(env, self, &data) != napi_ok) ThrowField(env, "this", "a keeper made by launch()");
    connection = static_cast<Connection*>(data);
  }

  napi_env env;
  napi_value self = nullptr;
  napi_value arguments[kMaxArguments] = {};
  Connection* connection = nullptr;
};

void SetNumber(napi_env env, napi_value object, const char* name, std::int64_t number) {
  napi_value value = nullptr;
  napi_create_int64(env, number, &value);
  napi_set_named_property(env, object, name, value);
}

napi_value ThrowErrno(napi_env env, const char* what, int error) {
  const std::string message = std::string(what) + ": " + std::strerror(error);
  napi_value text = nullptr;
  napi_value code = nullptr;
  napi_value value = nullptr;
  napi_create_string_utf8(env, message.c_str(), message.size(), &text);
  napi_create_string_utf8(env, uv_err_name(error == EAGAIN ? UV_ENOBUFS : -error), NAPI_AUTO_LENGTH, &code);
  napi_create_error(env, code, text, &value);
  SetNumber(env, value, "errno", error);
  napi_throw(env, value);
  return nullptr;
}

napi_value ThrowLaunch(napi_env env, Step step, int error) {
  ThrowErrno(env, "the keeper could not be started", error);
  napi_value value = nullptr;
  napi_get_and_clear_last_exception(env, &value);
  SetNumber(env, value, "step", static_cast<std::int64_t>(step));
  napi_throw(env, value);
  return nullptr;
}

/// Whether it was sent. That a peer is gone is no error here: its report or `gone` tells.
napi_value Sent(napi_env env, int error) {
  if (error == 0 || error == EPIPE || error == ECONNRESET) return Boolean(env, error == 0);
  return ThrowErrno(env, "the message could not be sent", error);
}

Head HeadOf(MessageType type, std::uint64_t token = 0) { return {kWireMagic, type, 0, token}; }

napi_value Start(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  StartMessage message{};
  std::uint64_t token = 0;
  if (call.connection == nullptr || !ReadToken(env, call.arguments[0], "token", &token) ||
      !ReadLimits(env, call.arguments[1], &message.limits)) {
    return nullptr;
  }
  call.connection->BeginJob(token);
  message.head = HeadOf(MessageType::kStart, token);
  return Sent(env, call.connection->SendControl(&message, sizeof message));
}

napi_value Stop(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  std::int64_t cause = 0;
  bool immediate = false;
  if (call.connection == nullptr || !ReadInteger(env, call.arguments[0], "cause", {1, UINT32_MAX}, &cause) ||
      !ReadBoolean(env, call.arguments[1], "immediate", &immediate)) {
    return nullptr;
  }
  const StopMessage message{HeadOf(MessageType::kStop, call.connection->token()), static_cast<Cause>(cause),
                            immediate ? 1u : 0u};
  return Sent(env, call.connection->SendControl(&message, sizeof message));
}

napi_value Signal(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  std::int64_t signal = 0;
  if (call.connection == nullptr || !ReadInteger(env, call.arguments[0], "signal", {1, NSIG - 1}, &signal)) {
    return nullptr;
  }
  if (call.connection->reported()) return Boolean(env, false);
  const SignalMessage message{HeadOf(MessageType::kSignal), static_cast<std::int32_t>(signal), 0};
  return Sent(env, call.connection->SendControl(&message, sizeof message));
}

napi_value Send(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  Outgoing outgoing{};
  if (call.connection == nullptr || !ReadOutgoing(env, call.arguments, &outgoing)) return nullptr;
  return Sent(env, call.connection->SendChannel(outgoing));
}

napi_value Captured(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  std::int64_t stream = 0;
  if (call.connection == nullptr || !ReadInteger(env, call.arguments[0], "stream", {1, 2}, &stream)) return nullptr;
  const Capture& capture = call.connection->capture(static_cast<std::size_t>(stream));
  napi_value object = nullptr;
  napi_value bytes = nullptr;
  if (napi_create_buffer_copy(env, capture.bytes().size(), capture.bytes().data(), nullptr, &bytes) != napi_ok ||
      napi_create_object(env, &object) != napi_ok) {
    return nullptr;
  }
  napi_set_named_property(env, object, "bytes", bytes);
  napi_set_named_property(env, object, "truncated", Boolean(env, capture.truncated()));
  return object;
}

template <bool kOn>
napi_value SetRef(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  if (call.connection != nullptr) call.connection->SetRef(kOn);
  return nullptr;
}

napi_value Usable(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  return call.connection == nullptr ? nullptr : Boolean(env, call.connection->Usable());
}

napi_value Unread(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  return call.connection == nullptr ? nullptr : Boolean(env, call.connection->Unread());
}

napi_value Close(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  if (call.connection != nullptr) call.connection->Close();
  return nullptr;
}

bool CheckEvents(napi_env env, napi_value events) {
  for (const char* name : kEventNames) {
    napi_value function = nullptr;
    if (!GetField(env, events, name, &function) || !ReadFunction(env, function, name)) return false;
  }
  return true;
}

napi_value MakeKeeper(napi_env env, napi_value keeper_class, Connection* connection) {
  napi_value keeper = nullptr;
  const auto destroy = [](napi_env, void* data, void*) { delete static_cast<Connection*>(data); };
  if (napi_new_instance(env, keeper_class, 0, nullptr, &keeper) != napi_ok ||
      napi_wrap(env, keeper, connection, destroy, nullptr, nullptr) != napi_ok) {
    delete connection;
    return nullptr;
  }
  SetNumber(env, keeper, "pid", connection->pid());
  return keeper;
}

/// The keeper object over what was launched; null with an exception pending.
napi_value Connect(napi_env env, napi_value keeper_class, const LaunchPlan& plan, napi_value events,
                   LaunchedKeeper launched) {
  if (launched.step != Step::kNone) return ThrowLaunch(env, launched.step, launched.error);
  auto* connection = new Connection(EnvLoop::Of(env), std::move(launched));
  const napi_value keeper = MakeKeeper(env, keeper_class, connection);
  if (keeper == nullptr) return nullptr;
  if (const int error = connection->Start(plan, keeper, events); error != 0) {
    connection->Close();
    return ThrowLaunch(env, Step::kClone, error);
  }
  for (std::size_t i = 0; i < std::size(kStreamNames); i++) {
    SetNumber(env, keeper, kStreamNames[i], connection->ReleaseStream(i));
  }
  return keeper;
}

napi_value Launch(napi_env env, napi_callback_info info) {
  std::size_t count = 2;
  napi_value arguments[2];
  void* constructor = nullptr;
  napi_get_cb_info(env, info, &count, arguments, nullptr, &constructor);
  LaunchPlan plan;
  napi_value keeper_class = nullptr;
  if (!ReadPlan(env, arguments[0], &plan) || !CheckEvents(env, arguments[1]) ||
      napi_get_reference_value(env, static_cast<napi_ref>(constructor), &keeper_class) != napi_ok) {
    return nullptr;
  }
  return Connect(env, keeper_class, plan, arguments[1], LaunchKeeper(&plan));
}

napi_value Fork(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  LaunchPlan plan;
  napi_value keeper_class = nullptr;
  if (call.connection == nullptr || !ReadForkPlan(env, call.arguments[0], &plan) ||
      !CheckEvents(env, call.arguments[1]) ||
      napi_get_named_property(env, call.self, "constructor", &keeper_class) != napi_ok) {
    return nullptr;
  }
  return Connect(env, keeper_class, plan, call.arguments[1], ForkKeeper(call.connection->channel_fd(), plan));
}

constexpr napi_property_descriptor Method(const char* name, napi_callback callback) {
  return {name, nullptr, callback, nullptr, nullptr, nullptr, napi_default_method, nullptr};
}

/// NativeKeeper's class: its instances are made by `launch` alone, which wraps a Connection into each.
napi_value DefineKeeper(napi_env env) {
  const napi_property_descriptor methods[] = {
      Method("start", Start),       Method("stop", Stop),        Method("signal", Signal),       Method("send", Send),
      Method("captured", Captured), Method("ref", SetRef<true>), Method("unref", SetRef<false>), Method("close", Close),
      Method("fork", Fork),         Method("usable", Usable),    Method("unread", Unread),
  };
  const auto construct = [](napi_env inner, napi_callback_info info) -> napi_value {
    napi_value self = nullptr;
    std::size_t none = 0;
    napi_get_cb_info(inner, info, &none, nullptr, &self, nullptr);
    return self;
  };
  napi_value keeper = nullptr;
  napi_define_class(env, "Keeper", NAPI_AUTO_LENGTH, construct, nullptr, std::size(methods), methods, &keeper);
  return keeper;
}

}  // namespace

void InitLaunch(napi_env env, napi_value exports) {
  napi_ref constructor = nullptr;  // lives as long as the environment, which deletes it
  if (napi_create_reference(env, DefineKeeper(env), 1, &constructor) != napi_ok) return;
  AddMethod(env, exports, "launch", Launch, constructor);
}

}  // namespace stint
