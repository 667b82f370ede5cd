// The host's side of one keeper: NativeKeeper and NativeEvents of lib/native.ts.
//
// Four kinds of descriptors are watched: control (launched, report), channel (messages), captures, and the pidfd. The
// order of events is made here: before a report is delivered, the channel and the captures are read until they are
// empty, which is final since nothing of the job's tree is left by then; before `gone`, the control socket is read.
//
// Lifetime: the wrapper (the object that JavaScript holds) owns the connection, and is itself held by a strong
// reference while anything is open. Close() ends all talk at once; the keeper, which then sees its host gone, is still
// waited for, so that no zombie stays behind when a thread of the host ends. Then the reference is given up, at the
// earliest when no event is being delivered.
#pragma once
#include <array>
#include <memory>

#include "channel/channel.h"
#include "launch/capture.h"
#include "launch/launch.h"
#include "launch/report_message.h"

namespace stint {

class Connection final : public Closable, private Channel::Listener {
 public:
  /// Watches `launched`. `wrapper` is what napi_wrap bound to this; `events` has the functions of NativeEvents.
  Connection(EnvLoop* loop, LaunchedKeeper launched);
  ~Connection();
  /// 0 or an errno.
  int Start(const LaunchPlan& plan, napi_value wrapper, napi_value events);

  pid_t pid() const { return pid_; }
  /// The host's end of a piped stream, given up to the caller; -1 otherwise.
  int ReleaseStream(std::size_t stream) { return stdio_[stream].Release(); }
  /// A forked keeper takes one job after another: what was told and captured of the last one is over.
  void BeginJob(std::uint64_t token);
  std::uint64_t token() const { return token_; }
  /// The host's end of the channel, -1 once it is closed.
  int channel_fd() const { return channel_ == nullptr ? -1 : channel_->fd(); }
  /// Whether a job may be started on it: nobody at the other ends is gone, as far as can be seen now.
  bool Usable() const;
  /// The worker is gone, and with it a message that it has not read. Asked once nothing more will come.
  bool Unread() { return channel_ != nullptr && channel_->CloseUnread(); }
  /// Sends a message on the control socket. 0 or an errno: EPIPE when the keeper is gone.
  int SendControl(const void* message, std::size_t size);
  /// Sends on the channel; EPIPE when the worker is gone, EAGAIN when it does not read.
  int SendChannel(const Outgoing& outgoing);
  bool reported() const { return reported_; }
  const Capture& capture(std::size_t stream) const { return captures_[stream]; }
  void SetRef(bool on);
  void Close() override;

 private:
  /// While one exists the connection is not given up: an event may close it.
  class Delivery;

  void OnMessage(std::uint8_t type, std::uint64_t token, napi_value main, napi_value segments) override;
  void OnGarbage(const char* reason) override;
  void OnClosed() override;
  int StartCaptures(const LaunchPlan& plan);
  void ReadControl();
  void ReadControlMessages();
  void Deliver(const ControlMessage& message);
  void DeliverReport(const ControlMessage& message);
  void DrainStreams();
  void ReapKeeper();
  void GuardKilled(int status);
  void AbandonKeeper();
  void SignalKeeper(int signal);
  void LoseControl(bool orderly);
  void Gone(int status);
  void WatchSilence();
  bool AwaitKeeper();
  void Finish();
  void GiveUp();

  EnvLoop* loop_;
  pid_t pid_;
  pid_t keeper_pid_ = 0;  // behind the guard, whose number is pid_; 0 until it has said so
  bool forked_;           // from a template: no child of this process, so its end shows on the control socket
  std::uint64_t token_ = 0;
  UniqueFd pidfd_;
  UniqueFd control_;
  std::array<UniqueFd, 3> stdio_;
  std::unique_ptr<Channel> channel_;
  std::array<Capture, 3> captures_;
  Poll control_poll_;
  Poll pidfd_poll_;
  Timer silence_;
  Timer patience_;
  Timer last_resort_;
  napi_ref wrapper_ = nullptr;
  napi_ref events_ = nullptr;
  int deliveries_ = 0;
  bool ref_ = true;
  bool reported_ = false;
  bool is_gone_ = false;  // without a report the worker may still be dying: Unread() closes the channel
  bool guard_killed_ = false;
  int guard_status_ = 0;
  bool closed_ = false;    // no event is delivered any more
  bool finished_ = false;  // and the keeper has been reaped: nothing is open
};

}  // namespace stint
