#include "probe/stop.h"

#include <unistd.h>

#include <csignal>

#include "probe/record.h"
#include "probe/stack.h"

namespace stint {

int Stop::Attach(uv_loop_t* loop, StopListener* listener) {
  listener_ = listener;
  isolate_ = V8().current ? V8().current() : nullptr;
  const int status = uv_async_init(loop, &async_, OnTurn);
  if (status != 0) return -status;
  async_.data = this;
  uv_unref(reinterpret_cast<uv_handle_t*>(&async_));
  attached_ = true;
  return 0;
}

void Stop::Detach() {
  if (attached_) uv_close(reinterpret_cast<uv_handle_t*>(&async_), nullptr);
  attached_ = false;
}

void Stop::Poke() {
  if (isolate_ && V8().can_interrupt()) V8().request_interrupt(isolate_, OnInterrupt, this);
  uv_async_send(&async_);
}

void Stop::Capture() {
  if (!wants_capture_.exchange(true)) Poke();
}

void Stop::OutOfMemory() {
  wants_capture_ = true;
  out_of_memory_ = true;
  Poke();
}

void Stop::SoftStop(Cause cause, std::int64_t grace_ns) {
  cause_ = cause;
  grace_ns_ = grace_ns;
  turned_ = false;
  wants_capture_ = true;
  wants_stop_ = true;
  Poke();
}

void Stop::Overdue() {
  if (turned_) return;
  overdue_ = true;
  Poke();
}

bool Stop::ClearTermination() {
  if (!terminating_.exchange(false)) return false;
  V8().cancel_terminate(isolate_);
  return true;
}

void Stop::CaptureStack(v8::Isolate* isolate) {
  if (wants_capture_ && !captured_.exchange(true)) TheRecord().SendWhere(PrintStack(isolate), false);
}

/// At the heap limit, and when a function that listens did not yield.
bool Stop::ShouldEnd() { return out_of_memory_.exchange(false) || (overdue_.exchange(false) && !turned_); }

void Stop::End(v8::Isolate* isolate) {
  if (!V8().can_terminate()) return;
  terminating_ = true;
  V8().terminate(isolate);
}

void Stop::OnInterrupt(v8::Isolate* isolate, void* data) {
  auto* self = static_cast<Stop*>(data);
  if (self->sending_ || self->in_turn_ || self->terminating_) return;
  self->CaptureStack(isolate);
  if (!self->has_grace()) WaitForKill();
  uv_ref(
      reinterpret_cast<uv_handle_t*>(&self->async_));  // what is interrupted may have been all that kept the loop alive
  if (self->ShouldEnd()) {
    self->End(isolate);
  } else if (self->TakeSoftStop()) {
    self->listener_->OnSoftStop(self->cause_, self->grace_ns_, true);
  }
}

void Stop::OnTurn(uv_async_t* async) {
  auto* self = static_cast<Stop*>(async->data);
  self->turned_ = true;
  if (self->sending_) return;
  self->ClearTermination();
  self->out_of_memory_ = false;
  self->in_turn_ = true;  // the interrupt that was asked for, too, fires in what follows
  if (self->wants_capture_ && !self->captured_.exchange(true)) self->listener_->OnIdle();
  self->in_turn_ = false;
  if (!self->has_grace()) WaitForKill();
  if (self->TakeSoftStop()) self->listener_->OnSoftStop(self->cause_, self->grace_ns_, false);
}

void WaitForKill() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
  for (;;) pause();
}

Stop& TheStop() {
  static Stop stop;
  return stop;
}

}  // namespace stint
