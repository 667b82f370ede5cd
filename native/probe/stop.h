// The moment of a limit, on the main thread: keeps where the code was, hands the soft stop to JavaScript, and ends
// JavaScript that does not yield.
//
// Two ways lead to the main thread, and both are always tried, since nobody outside can tell which one is open:
//   * V8's interrupt runs at the next stack check of running JavaScript (also inside a regular expression);
//   * uv_async_send wakes a loop that waits.
// Whichever comes first decides whether `where` is a stack or the list of active resources. Native code that returns to
// neither is left to the keeper's SIGKILL.
//
// A function that listens (limitSignal, onLimit) and has a grace gets the soft stop *inside* the interrupt, as a signal
// handler would run: a synchronous loop that looks at limitSignal.aborted can return what it has. Does it not yield in
// the first half of the grace, it is terminated, so that asynchronous handlers have the second half. At the heap limit
// it is terminated at once: what it would still do needs memory.
//
// Any other function has reached its end: the main thread stops where it is and waits for the keeper's SIGKILL.
#pragma once
#include <uv.h>

#include <atomic>
#include <cstdint>

#include "probe/v8_names.h"
#include "support/wire.h"

namespace stint {

/// What is asked of JavaScript. Called on the main thread, each inside a HandleScope that the callee opens.
class StopListener {
 public:
  /// Text for `where` when the loop was idle.
  virtual void OnIdle() = 0;
  /// `inside`: running JavaScript is interrupted (no microtasks may run now).
  virtual void OnSoftStop(Cause cause, std::int64_t grace_ns, bool inside) = 0;

 protected:
  ~StopListener() = default;
};

class Stop {
 public:
  /// Main thread, once per process (once more after a fork). 0 or an errno.
  int Attach(uv_loop_t* loop, StopListener* listener);
  /// Closes the loop's handle.
  void Detach();

  /// Any thread: the heap limit is reached. Keeps where the code is, and ends running JavaScript.
  void OutOfMemory();
  /// Any thread: the CPU timer has fired. Keeps where the code is now.
  void Capture();
  /// Any thread: delivers the soft stop of the keeper.
  void SoftStop(Cause cause, std::int64_t grace_ns);
  /// Any thread: half of the grace is over; ends JavaScript that has not yielded since the soft stop.
  void Overdue();

  /// Main thread. Before run(): the grace that the job has.
  void SetGrace(std::int64_t grace_ns) { grace_ns_ = grace_ns; }
  bool has_grace() const { return listening_ && grace_ns_ > 0; }
  void SetListening(bool on) { listening_ = on; }
  /// The function has ended: what runs from now on is ours and is not interrupted.
  void SetSending() { sending_ = true; }
  /// After a call into JavaScript came back: clears a termination. True when there was one since the last call.
  bool ClearTermination();

 private:
  static void OnInterrupt(v8::Isolate* isolate, void* self);
  static void OnTurn(uv_async_t* async);
  void Poke();
  void CaptureStack(v8::Isolate* isolate);
  bool ShouldEnd();
  void End(v8::Isolate* isolate);
  bool TakeSoftStop() { return wants_stop_ && !delivered_.exchange(true); }

  uv_async_t async_{};
  bool attached_ = false;
  v8::Isolate* isolate_ = nullptr;
  StopListener* listener_ = nullptr;
  // Asked for by any thread.
  std::atomic<bool> wants_capture_{false};
  std::atomic<bool> wants_stop_{false};
  std::atomic<bool> overdue_{false};
  // Done by the main thread.
  std::atomic<bool> captured_{false};
  std::atomic<bool> delivered_{false};
  std::atomic<bool> terminating_{false};
  bool in_turn_ = false;
  std::atomic<bool> turned_{false};  // the loop has turned since the soft stop
  std::atomic<bool> listening_{false};
  std::atomic<bool> sending_{false};
  std::atomic<bool> out_of_memory_{false};
  std::atomic<Cause> cause_{Cause::kNone};
  std::atomic<std::int64_t> grace_ns_{0};
};

Stop& TheStop();

/// Blocks this thread for ever, every signal blocked: the keeper's SIGKILL is the next thing that happens.
[[noreturn]] void WaitForKill();

}  // namespace stint
