#include "channel/env_loop.h"

namespace stint {

EnvLoop* EnvLoop::Create(napi_env env) {
  auto* self = new EnvLoop(env);
  napi_value name = nullptr;
  const bool made = napi_get_uv_event_loop(env, &self->loop_) == napi_ok &&
                    napi_create_string_utf8(env, "stint", NAPI_AUTO_LENGTH, &name) == napi_ok &&
                    napi_async_init(env, nullptr, name, &self->context_) == napi_ok &&
                    napi_add_async_cleanup_hook(env, OnEnding, self, &self->hook_) == napi_ok;
  // The environment runs this after the hook above has been removed, so after the last handle closed.
  const auto destroy = [](napi_env, void* data, void*) { delete static_cast<EnvLoop*>(data); };
  if (made && napi_set_instance_data(env, self, destroy, nullptr) == napi_ok) return self;
  napi_throw_error(env, nullptr, "stint cannot use this environment's event loop");
  return nullptr;
}

EnvLoop* EnvLoop::Of(napi_env env) {
  void* self = nullptr;
  napi_get_instance_data(env, &self);
  return static_cast<EnvLoop*>(self);
}

void EnvLoop::OnEnding(napi_async_cleanup_hook_handle, void* data) {
  auto* self = static_cast<EnvLoop*>(data);
  self->ending_ = true;
  const std::set<Closable*> closables = std::move(self->closables_);
  self->closables_.clear();
  for (Closable* closable : closables) closable->Close();
  if (self->handles_ == 0) self->LetGo();
}

void EnvLoop::HandleClosed() {
  handles_--;
  if (ending_ && handles_ == 0) LetGo();
}

void EnvLoop::LetGo() {
  napi_async_destroy(env_, context_);
  napi_remove_async_cleanup_hook(hook_);
}

void EnvLoop::Emit(napi_ref target, const char* method, std::initializer_list<napi_value> arguments) {
  if (ending_) return;
  napi_value object = nullptr;
  napi_value function = nullptr;
  if (napi_get_reference_value(env_, target, &object) != napi_ok || object == nullptr) return;
  if (napi_get_named_property(env_, object, method, &function) == napi_ok) {
    napi_make_callback(env_, context_, object, function, arguments.size(), arguments.begin(), nullptr);
  }
  ThrowUncaught();
}

void EnvLoop::ThrowUncaught() {
  bool pending = false;
  napi_value error = nullptr;
  if (napi_is_exception_pending(env_, &pending) != napi_ok || !pending) return;
  if (napi_get_and_clear_last_exception(env_, &error) != napi_ok || (swallow_ && swallow_())) return;
  napi_fatal_exception(env_, error);
}

}  // namespace stint
