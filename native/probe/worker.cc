#include "probe/worker.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>

#include "probe/allocation.h"
#include "probe/filter.h"
#include "probe/heap.h"
#include "probe/limits.h"
#include "probe/record.h"
#include "probe/watchdog.h"

namespace stint {
namespace {

constexpr std::int64_t kUnlimitedFile = std::int64_t{64} << 30;

/// What serialised results may take in a memfd that has to be made before the limits stand.
std::uint64_t SpareSize(std::int64_t result_size) {
  return static_cast<std::uint64_t>(result_size == kUnset ? kUnlimitedFile : result_size + (1 << 20));
}

napi_value ThrowStep(napi_env env, Step step, int error) {
  napi_value message = nullptr, made = nullptr, number = nullptr;
  napi_create_string_utf8(env, "the job's limits could not be set", NAPI_AUTO_LENGTH, &message);
  napi_create_error(env, nullptr, message, &made);
  napi_create_int32(env, static_cast<std::int32_t>(step), &number);
  napi_set_named_property(env, made, "step", number);
  napi_create_int32(env, error, &number);
  napi_set_named_property(env, made, "errno", number);
  napi_throw(env, made);
  return nullptr;
}

void DropException(napi_env env) {
  napi_value error = nullptr;
  napi_get_and_clear_last_exception(env, &error);
}

}  // namespace

int AttachedWorker::Create(napi_env env, napi_value events, AttachedWorker** made, const char** what) {
  EnvLoop* loop = EnvLoop::Of(env);
  *what = "the channel (descriptor 3)";
  const int channel_fd = MoveHigh(kWorkerChannelFd);
  if (channel_fd < 0) return errno;
  auto* worker = new AttachedWorker(loop, UniqueFd(channel_fd));
  loop->Add(worker);
  napi_create_reference(env, events, 1, &worker->events_);
  *made = worker;
  if (const int error = worker->channel_.Start(); error != 0) return error;
  *what = "the evidence socket (descriptor 4)";
  if (const int error = TheRecord().Attach(kWorkerEvidenceFd); error != 0) return error;
  loop->SetSwallow([] { return TheStop().ClearTermination(); });
  *what = "the event loop";
  return TheStop().Attach(loop->loop(), worker);
}

void AttachedWorker::Close() {
  channel_.Close();
  TheStop().Detach();
}

void AttachedWorker::OnMessage(std::uint8_t type, std::uint64_t token, napi_value main, napi_value segments) {
  napi_value number = nullptr, job = nullptr;
  napi_create_uint32(loop_->env(), type, &number);
  napi_create_bigint_uint64(loop_->env(), token, &job);
  loop_->Emit(events_, "message", {number, job, main, segments});
}

void AttachedWorker::OnGarbage(const char*) { OnClosed(); }

void AttachedWorker::OnClosed() { loop_->Emit(events_, "closed", {}); }

void AttachedWorker::OnIdle() {
  napi_env env = loop_->env();
  const HandleScope scope(env);
  napi_value events = nullptr, function = nullptr, text = nullptr;
  char buffer[kMaxWhere];
  std::size_t length = 0;
  napi_get_reference_value(env, events_, &events);
  napi_get_named_property(env, events, "idle", &function);
  if (napi_call_function(env, events, function, 0, nullptr, &text) != napi_ok ||
      napi_get_value_string_utf8(env, text, buffer, sizeof buffer, &length) != napi_ok) {
    DropException(env);
  }
  TheRecord().SendWhere({buffer, length}, true);
}

void AttachedWorker::OnSoftStop(Cause cause, std::int64_t grace_ns, bool inside) {
  napi_env env = loop_->env();
  const HandleScope scope(env);
  napi_value arguments[2] = {};
  napi_create_uint32(env, static_cast<std::uint32_t>(cause), &arguments[0]);
  napi_create_int64(env, grace_ns, &arguments[1]);
  if (!inside) return loop_->Emit(events_, "softStop", {arguments[0], arguments[1]});
  // Plainly called: the interrupted code goes on afterwards, and neither ticks nor microtasks may run in its midst.
  napi_value events = nullptr, function = nullptr;
  napi_get_reference_value(env, events_, &events);
  napi_get_named_property(env, events, "softStop", &function);
  if (napi_call_function(env, events, function, 2, arguments, nullptr) != napi_ok) DropException(env);
}

int AttachedWorker::Park() {
  if (const int error = TheWatchdog().Start(); error != 0) return error;
  sigset_t backstop;  // blocked since before exec, so that it could not end Node while it boots
  sigemptyset(&backstop);
  sigaddset(&backstop, SIGXCPU);
  pthread_sigmask(SIG_UNBLOCK, &backstop, nullptr);
  WatchAllocations();
  if (!Measure(&baseline_)) return ENOENT;
  return TheRecord().Send(MessageType::kBooted) ? 0 : EPIPE;
}

void AttachedWorker::OnForked() {
  napi_value pid = nullptr;
  napi_create_int32(loop_->env(), getpid(), &pid);
  loop_->Emit(events_, "forked", {pid});
}

/// Everything that must stand before user code runs, in order: what needs memory or descriptors first, then the
/// baseline, then the limits. 0, or an errno with `*failed` set.
int AttachedWorker::Prepare(const Job& job, Step* failed) {
  const WireLimits& limits = job.limits;
  if (limits.file_size != kUnset || limits.open_files != kUnset) {
    *failed = Step::kRlimitFsize;
    if (const int error = channel_.PrepareSpares(1, SpareSize(job.result_size)); error != 0) return error;
  }
  const bool limits_memory = limits.memory != kUnset || limits.address_space != kUnset;
  *failed = Step::kRlimitData;
  if (const int error = TheBallast().Map(limits_memory ? Ballast::SizeFor(job.result_size) : 0); error != 0)
    return error;
  if (limits_memory) WatchAllocations();  // what was loaded since
  if (!MeasureAgain(&baseline_)) return ENOENT;
  if (limits.cpu_ns != kUnset) {
    *failed = Step::kRlimitCpu;
    if (const int error = TheWatchdog().LimitCpu(limits.cpu_ns); error != 0) return error;
  }
  if (const int error = SetKernelLimits(limits, baseline_, failed); error != 0) return error;
  *failed = Step::kBoot;
  const bool filters = limits.processes != kUnset && !TheRecord().filtered();
  if (!TheRecord().SendBegin(baseline_, filters)) return EPIPE;
  *failed = Step::kSeccomp;
  return filters ? FilterForks() : 0;
}

/// The bytes of V8's heap in use come from JavaScript: the layout of v8::HeapStatistics is no stable interface.
bool AttachedWorker::SetHeapLimit(const WireLimits& limits) {
  if (limits.memory == kUnset) return true;
  napi_env env = loop_->env();
  napi_value events = nullptr, function = nullptr, number = nullptr;
  double used = 0;
  napi_get_reference_value(env, events_, &events);
  napi_get_named_property(env, events, "heapUsed", &function);
  if (napi_call_function(env, events, function, 0, nullptr, &number) != napi_ok ||
      napi_get_value_double(env, number, &used) != napi_ok) {
    return false;
  }
  LimitHeap(static_cast<std::size_t>(std::max(used, 0.0)), static_cast<std::size_t>(limits.memory));
  return true;
}

napi_value AttachedWorker::Run(const Job& job) {
  TheRecord().SetToken(job.token);
  TheStop().SetGrace(job.limits.grace_ns);
  if (!SetHeapLimit(job.limits)) return nullptr;
  Step failed = Step::kNone;
  if (const int error = Prepare(job, &failed); error != 0) return ThrowStep(loop_->env(), failed, error);
  return Call(job.function);
}

napi_value AttachedWorker::Call(napi_value function) {
  napi_env env = loop_->env();
  napi_value undefined = nullptr, value = nullptr;
  napi_get_undefined(env, &undefined);
  const bool returned = napi_call_function(env, undefined, function, 0, nullptr, &value) == napi_ok;
  // A termination may also have been asked for after the function's last look: it returned, and its value counts.
  const bool terminated = TheStop().ClearTermination() && !returned;
  if (terminated) DropException(env);
  return returned || terminated ? Ended(terminated, value) : nullptr;
}

napi_value AttachedWorker::Ended(bool terminated, napi_value value) {
  napi_env env = loop_->env();
  napi_value result = nullptr, flag = nullptr;
  napi_create_object(env, &result);
  napi_get_boolean(env, terminated, &flag);
  napi_set_named_property(env, result, "terminated", flag);
  if (!terminated) napi_set_named_property(env, result, "value", value);
  return result;
}

void AttachedWorker::Sending() {
  TheStop().SetSending();
  TheBallast().Release();
  LiftHeapLimit();
  TheRecord().Send(MessageType::kSending);
}

/// The keeper kills what is left; this process does not wait for that, so that its memory is given back while the
/// keeper wakes up. The plain call: no handler of the job's and nothing of Node's runs.
void AttachedWorker::Done() {
  const bool sent = TheRecord().SendDone();
  syscall(SYS_exit_group, sent ? 0 : 1);
  std::abort();
}

}  // namespace stint
