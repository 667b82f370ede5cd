// What is kept for each Node environment (a thread of JavaScript): its event loop, and everything that must be closed
// before it ends. One for each environment, made by the addon's Init and found again by EnvLoop::Of.
#pragma once
#include <node_api.h>
#include <uv.h>

#include <set>

namespace stint {

/// Something that holds handles of the loop. Close() is idempotent and calls no JavaScript; when the environment is
/// ending it may leave handles open that close soon.
class Closable {
 public:
  virtual void Close() = 0;

 protected:
  ~Closable() = default;
};

class EnvLoop {
 public:
  /// Makes the environment's EnvLoop its instance data; null with a pending exception where it cannot.
  static EnvLoop* Create(napi_env env);
  static EnvLoop* Of(napi_env env);

  EnvLoop(const EnvLoop&) = delete;
  EnvLoop& operator=(const EnvLoop&) = delete;

  napi_env env() const { return env_; }
  uv_loop_t* loop() const { return loop_; }
  /// True once the environment is going away: no JavaScript may be called any more.
  bool ending() const { return ending_; }

  /// Has `closable` closed at the environment's end.
  void Add(Closable* closable) { closables_.insert(closable); }
  void Remove(Closable* closable) { closables_.erase(closable); }

  /// Calls a method of the object behind `target` from the loop (napi_make_callback: microtasks run afterwards). What
  /// it throws becomes an 'uncaughtException'. The caller has a HandleScope open. Does nothing once `ending()`.
  void Emit(napi_ref target, const char* method, std::initializer_list<napi_value> arguments);

  /// Asked before what a callback threw becomes an 'uncaughtException': true when it is none (a termination).
  void SetSwallow(bool (*swallow)()) { swallow_ = swallow; }

  /// Handles of the loop that are open: the environment waits for the last (uv_close(3) is asynchronous).
  void HandleOpened() { handles_++; }
  void HandleClosed();

 private:
  explicit EnvLoop(napi_env env) : env_(env) {}
  ~EnvLoop() = default;
  static void OnEnding(napi_async_cleanup_hook_handle hook, void* self);
  void LetGo();
  void ThrowUncaught();

  napi_env env_;
  uv_loop_t* loop_ = nullptr;
  napi_async_context context_ = nullptr;
  napi_async_cleanup_hook_handle hook_ = nullptr;
  std::set<Closable*> closables_;
  bool (*swallow_)() = nullptr;
  int handles_ = 0;
  bool ending_ = false;
};

/// A napi_handle_scope for a block.
class HandleScope {
 public:
  explicit HandleScope(napi_env env) : env_(env) { napi_open_handle_scope(env, &scope_); }
  ~HandleScope() { napi_close_handle_scope(env_, scope_); }
  HandleScope(const HandleScope&) = delete;
  HandleScope& operator=(const HandleScope&) = delete;

 private:
  napi_env env_;
  napi_handle_scope scope_ = nullptr;
};

}  // namespace stint
