// The worker's side of the addon as one object (NativeWorker in lib/native.ts): the channel to the host, the evidence
// socket to the keeper, and the probe. One per process, on its main thread.
#pragma once
#include <node_api.h>

#include <cstdint>

#include "channel/channel.h"
#include "probe/record.h"
#include "probe/stop.h"

namespace stint {

class AttachedWorker : public Channel::Listener, public StopListener, public Closable {
 public:
  /// `events` is a NativeWorkerEvents. 0 or an errno with `*what` set.
  static int Create(napi_env env, napi_value events, AttachedWorker** made, const char** what);

  AttachedWorker(const AttachedWorker&) = delete;
  AttachedWorker& operator=(const AttachedWorker&) = delete;

  void OnMessage(std::uint8_t type, std::uint64_t token, napi_value main, napi_value segments) override;
  void OnGarbage(const char* reason) override;
  void OnClosed() override;
  void OnIdle() override;
  void OnSoftStop(Cause cause, std::int64_t grace_ns, bool inside) override;
  void Close() override;

  struct Job {
    std::uint64_t token;
    WireLimits limits;
    std::int64_t result_size;
    napi_value function;
  };
  /// All that a job will need and that no limit decides, done before there is one; then tells the keeper that the
  /// worker is parked. 0 or an errno.
  int Park();
  /// A forked worker is at work: `forked` of NativeWorkerEvents.
  void OnForked();
  /// NativeWorker.run(). Null with an exception pending: the function's own, or one with `step` and `errno`.
  napi_value Run(const Job& job);
  void Sending();
  [[noreturn]] void Done();
  Channel& channel() { return channel_; }
  napi_env env() const { return loop_->env(); }

 private:
  AttachedWorker(EnvLoop* loop, UniqueFd socket) : loop_(loop), channel_(loop, std::move(socket), this) {}
  ~AttachedWorker() = default;
  int Prepare(const Job& job, Step* failed);
  bool SetHeapLimit(const WireLimits& limits);
  napi_value Call(napi_value function);
  napi_value Ended(bool terminated, napi_value value);

  EnvLoop* loop_;
  Channel channel_;
  napi_ref events_ = nullptr;
  Baseline baseline_;
};

}  // namespace stint
