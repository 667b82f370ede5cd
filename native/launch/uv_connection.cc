#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <csignal>
#include <iterator>
#include <utility>

#include "launch/connection.h"
#include "launch/napi_report.h"
#include "support/pidfd.h"

namespace stint {
namespace {

constexpr int kMaxDrains = 16;
// A worker that closes its channel and lives on can never answer. One that ends closes it, too, a moment before its
// keeper can report, hence the pause.
constexpr std::uint64_t kSilenceMs = 200;
// How long an ending environment waits for a keeper that kills its tree. Whatever keeps it longer, the host may go.
constexpr std::uint64_t kPatienceMs = 1000;
// Longer than keeper and guard try to kill what cannot be killed (5 s).
constexpr std::uint64_t kLastResortMs = 6000;

napi_value Number(napi_env env, std::int64_t number) {
  napi_value value = nullptr;
  napi_create_int64(env, number, &value);
  return value;
}

/// siginfo_t of waitid(2) as a status of waitpid(2).
int StatusOf(const siginfo_t& info) {
  if (info.si_code == CLD_EXITED) return (info.si_status & 0xff) << 8;
  return (info.si_status & 0x7f) | (info.si_code == CLD_DUMPED ? 0x80 : 0);
}

}  // namespace

class Connection::Delivery {
 public:
  explicit Delivery(Connection* connection) : connection_(connection), scope_(connection->loop_->env()) {
    connection_->deliveries_++;
  }
  ~Delivery() {
    connection_->deliveries_--;
    if (connection_->finished_) connection_->GiveUp();
  }
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  void Emit(const char* event, std::initializer_list<napi_value> arguments) {
    if (!connection_->closed_) connection_->loop_->Emit(connection_->events_, event, arguments);
  }

 private:
  Connection* connection_;
  HandleScope scope_;
};

Connection::Connection(EnvLoop* loop, LaunchedKeeper launched)
    : loop_(loop),
      pid_(launched.pid),
      forked_(!launched.pidfd.valid()),
      pidfd_(std::move(launched.pidfd)),
      control_(std::move(launched.control)),
      stdio_(std::move(launched.stdio)) {
  if (launched.channel.valid()) channel_.reset(new Channel(loop, std::move(launched.channel), this));
  loop_->Add(this);
}

int Connection::Start(const LaunchPlan& plan, napi_value wrapper, napi_value events) {
  napi_create_reference(loop_->env(), wrapper, 1, &wrapper_);
  napi_create_reference(loop_->env(), events, 1, &events_);
  int error = control_poll_.Start(loop_, control_.get(), [this] { ReadControl(); });
  if (error == 0 && !forked_) error = pidfd_poll_.Start(loop_, pidfd_.get(), [this] { ReapKeeper(); });
  if (error == 0 && channel_ != nullptr) error = channel_->Start();
  return error == 0 ? StartCaptures(plan) : error;
}

int Connection::StartCaptures(const LaunchPlan& plan) {
  for (std::size_t i = 0; i < captures_.size(); i++) {
    if (plan.streams[i] != StreamMode::kCapture) continue;
    const int error = captures_[i].Start(loop_, std::move(stdio_[i]), plan.output_size);
    if (error != 0) return error;
  }
  return 0;
}

void Connection::BeginJob(std::uint64_t token) {
  token_ = token;
  reported_ = false;
  for (Capture& capture : captures_) capture.Clear();
}

int Connection::SendControl(const void* message, std::size_t size) {
  if (!control_.valid()) return EPIPE;
  const iovec parts[] = {{const_cast<void*>(message), size}};
  return SendMessage(control_.get(), parts, -1, Waiting::kNo);
}

int Connection::SendChannel(const Outgoing& outgoing) {
  return channel_ == nullptr ? EPIPE : channel_->Send(outgoing, Waiting::kNo);
}

bool Connection::Usable() const {
  if (closed_ || !control_.valid() || channel_fd() < 0) return false;
  pollfd peers[] = {{pidfd_.get(), POLLIN, 0}, {control_.get(), 0, 0}, {channel_fd(), 0, 0}};  // POLLHUP is always told
  return poll(peers, std::size(peers), 0) == 0;
}

void Connection::SetRef(bool on) {
  ref_ = on;
  control_poll_.SetRef(on);
  pidfd_poll_.SetRef(on);
  silence_.SetRef(on);
  last_resort_.SetRef(on);
  if (channel_ != nullptr) channel_->SetRef(on);
  for (Capture& capture : captures_) capture.SetRef(on);
}

void Connection::OnMessage(std::uint8_t type, std::uint64_t token, napi_value main, napi_value segments) {
  napi_value number = nullptr;
  napi_create_bigint_uint64(loop_->env(), token, &number);
  Delivery(this).Emit("message", {Number(loop_->env(), type), number, main, segments});
}

void Connection::OnGarbage(const char* reason) {
  Delivery delivery(this);
  napi_value text = nullptr;
  napi_create_string_utf8(loop_->env(), reason, NAPI_AUTO_LENGTH, &text);
  delivery.Emit("garbage", {text});
}

void Connection::OnClosed() {
  if (reported_ || closed_) return;
  const bool started = silence_.Start(loop_, kSilenceMs, [this] { WatchSilence(); }) == 0;
  if (started) silence_.SetRef(ref_);
}

/// A host whose loop was busy finds this timer due before it has read the report, hence a look at the control socket
/// first. Without a report the keeper is asked to end the job: it alone knows whether the job has ended by itself
/// meanwhile, and is still busy with what that left behind.
void Connection::WatchSilence() {
  Delivery delivery(this);
  silence_.Close();
  ReadControlMessages();
  if (reported_ || closed_) return;
  const StopMessage stop{{kWireMagic, MessageType::kStop, 0, 0}, Cause::kLost, 1};
  SendControl(&stop, sizeof stop);
}

void Connection::ReadControl() {
  Delivery delivery(this);
  ReadControlMessages();
}

void Connection::ReadControlMessages() {
  alignas(ReportMessage) char buffer[kMaxControlMessage + 1];
  while (control_.valid()) {
    Received received;
    ControlMessage message;
    const int error = ReceiveMessage(control_.get(), buffer, sizeof buffer, &received);
    if (error == EAGAIN) return;
    const bool ended = error != 0 || received.size == 0;
    if (ended || received.truncated || !DecodeControl(buffer, received.size, &message)) {
      return LoseControl(ended && reported_);
    }
    Deliver(message);
  }
}

void Connection::Deliver(const ControlMessage& message) {
  if (message.type == MessageType::kReport) return DeliverReport(message);
  Delivery delivery(this);
  keeper_pid_ = message.launched.keeper;
  delivery.Emit("launched", {Number(loop_->env(), message.launched.pid)});
}

void Connection::DeliverReport(const ControlMessage& message) {
  // A parked worker that died was not the job's: its keeper has made another.
  if (forked_ && message.report.head.token != token_) return;
  Delivery delivery(this);
  DrainStreams();
  reported_ = true;
  // A job may have stopped the guard before it let go of its copy of the control socket, whose end would never come.
  if (pidfd_.valid()) SignalPidfd(pidfd_.get(), SIGCONT);
  silence_.Close();
  if (closed_) return;
  const napi_value report = MakeReport(loop_->env(), message);
  if (report != nullptr) delivery.Emit("report", {report});
}

void Connection::DrainStreams() {
  for (int i = 0; i < kMaxDrains && channel_ != nullptr; i++) channel_->Drain();
  for (Capture& capture : captures_) capture.Drain();
}

/// The keeper has ended and its guard (keep/guard.h), whose pidfd is readable: what was sent before comes first, then
/// `gone`, then nothing.
void Connection::ReapKeeper() {
  Delivery delivery(this);
  ReadControlMessages();
  siginfo_t info{};
  const int result = WaitPidfd(pidfd_.get(), &info, WEXITED | WNOHANG);
  if (result == 0 && info.si_pid == 0) return;
  // ECHILD: somebody in this process waited for any child; the status is lost, the end is not.
  const int status = result == 0 ? StatusOf(info) : -1;
  pidfd_poll_.Close();
  pidfd_.Reset();
  if (control_.valid()) return GuardKilled(status);
  Gone(status);
}

/// The guard was killed before its keeper has ended. The keeper ends its job when its host is gone, and tells by the
/// end of its socket when nothing is left. Nobody else sets a stopped one going now.
void Connection::GuardKilled(int status) {
  guard_killed_ = true;
  guard_status_ = status;
  shutdown(control_.get(), SHUT_WR);
  SignalKeeper(SIGCONT);
  const bool started = last_resort_.Start(loop_, kLastResortMs, [this] { AbandonKeeper(); }) == 0;
  if (started) last_resort_.SetRef(ref_);
}

/// A job that stops its keeper again and again: the job's own process dies with it (steps.cc, DieWithKeeper).
void Connection::AbandonKeeper() {
  SignalKeeper(SIGKILL);
  LoseControl(true);
}

/// The keeper is no child of this process, but while its socket is open the number is its own.
void Connection::SignalKeeper(int signal) {
  if (control_.valid() && keeper_pid_ > 1) kill(keeper_pid_, signal);
}

void Connection::Gone(int status) {
  Delivery delivery(this);
  if (!closed_) DrainStreams();
  is_gone_ = true;
  delivery.Emit("gone", {Number(loop_->env(), status)});
  Close();
}

/// The control socket is at its end, or brought nonsense. Unless that is the keeper's orderly way out, its guard is at
/// work on what it left. `gone` must come: a guard that the job has stopped is set going, and killed in the end.
void Connection::LoseControl(bool orderly) {
  control_poll_.Close();
  control_.Reset();
  if (forked_) return Gone(-1);
  if (guard_killed_) return Gone(guard_status_);
  if (!pidfd_.valid()) return;
  SignalPidfd(pidfd_.get(), SIGCONT);
  if (orderly) return;
  const bool started = last_resort_.Start(loop_, kLastResortMs, [this] { SignalPidfd(pidfd_.get(), SIGKILL); }) == 0;
  if (started) last_resort_.SetRef(ref_);
}

Connection::~Connection() {
  Close();
  Finish();
}

void Connection::Close() {
  if (!std::exchange(closed_, true)) {
    control_poll_.Close();
    silence_.Close();
    if (channel_ != nullptr) is_gone_ && !reported_ ? channel_->Pause() : channel_->Close();
    for (Capture& capture : captures_) capture.Close();
    control_.Reset();
    for (UniqueFd& fd : stdio_) fd.Reset();
  }
  if (!finished_ && !AwaitKeeper()) Finish();
}

/// Leaves the pidfd watched until the keeper can be reaped. An environment that ends waits for that, but not for ever.
bool Connection::AwaitKeeper() {
  if (!pidfd_poll_.open()) return false;
  pidfd_poll_.SetRef(loop_->ending());
  return !loop_->ending() || patience_.Start(loop_, kPatienceMs, [this] { Finish(); }) == 0;
}

void Connection::Finish() {
  if (std::exchange(finished_, true)) return;
  pidfd_poll_.Close();
  patience_.Close();
  last_resort_.Close();
  pidfd_.Reset();
  loop_->Remove(this);
  GiveUp();
}

void Connection::GiveUp() {
  if (deliveries_ > 0) return;
  // After this the collector may destroy the wrapper, and with it this connection, but never before we return.
  for (napi_ref* reference : {&events_, &wrapper_}) {
    if (*reference != nullptr) napi_delete_reference(loop_->env(), *reference);
    *reference = nullptr;
  }
}

}  // namespace stint
