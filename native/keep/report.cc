// What the host is told, and how: never by a call that waits for it.
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "keep/keeper.h"
#include "support/clock.h"

namespace stint {
namespace {

std::int64_t Ns(const timeval& time) {
  return static_cast<std::int64_t>(time.tv_sec) * kNsPerSecond + static_cast<std::int64_t>(time.tv_usec) * 1000;
}

std::int64_t AtLeastZero(std::int64_t value) { return std::max<std::int64_t>(0, value); }

}  // namespace

void Keeper::QueueLaunched(std::int64_t now) {
  job_.flags |= kReportLaunched;
  if (source_->Again()) return;  // nobody waits to hear of a parked worker
  launched_ = {{kWireMagic, MessageType::kLaunched, 0, job_.token}, worker_.pid, getpid(), now};
  launched_pending_ = true;
  Flush();
}

void Keeper::QueueReport() {
  if (host_gone_) return;
  report_ = {};
  report_.head = {kWireMagic, MessageType::kReport, 0, job_.token};
  report_.flags = job_.flags;
  report_.exit_code = job_.exit_code;
  report_.term_signal = job_.term_signal;
  report_.host_signal = job_.host_signal;
  report_.failed_step = job_.failure.step;
  report_.failed_errno = job_.failure.error;
  report_.begin_ns = job_.begin_ns;
  report_.end_ns = job_.end_ns;
  report_.clean_ns = job_.clean_ns;
  FillUsage(&report_);
  report_.in_force = job_.limits;
  report_.rungs = job_.rungs;
  report_.rung_errors = worker_.refused;
  if (setup_.cgroup != nullptr) report_.rung_errors.Take(setup_.cgroup->refused());
  report_.cause_count = static_cast<std::uint32_t>(job_.causes.count());
  std::copy_n(job_.causes.records(), job_.causes.count(), report_.causes);
  report_.where_length = job_.where_length;
  report_pending_ = true;
  Flush();
}

/// Usage of all that was waited for since the job's worker was taken, the idle worker subtracted.
void Keeper::FillUsage(ReportMessage* report) const {
  rusage after{};
  getrusage(RUSAGE_CHILDREN, &after);
  const std::int64_t system = Ns(after.ru_stime) - Ns(usage_before_.ru_stime);
  const std::int64_t total = Ns(after.ru_utime) - Ns(usage_before_.ru_utime) + system;
  report->system_ns = AtLeastZero(system - job_.base_system_ns);
  // A look at the living knows more where a parent ignores SIGCHLD: then nobody waits for its children.
  const std::int64_t used = std::max(total - job_.base_cpu_ns, job_.cpu_seen_ns);
  report->user_ns = AtLeastZero(used - report->system_ns);
  report->context_switches = AtLeastZero(after.ru_nvcsw + after.ru_nivcsw - usage_before_.ru_nvcsw -
                                         usage_before_.ru_nivcsw - job_.base_switches);
  report->peak_memory = AtLeastZero(job_.peak_memory - job_.base_resident);
  report->peak_tree_memory = job_.peak_tree_memory;
  report->peak_processes = std::max(job_.peak_processes, job_.peak_traced);
  report->leftovers = AtLeastZero(job_.leftovers);
  // Nobody counted them, but these were alive together with the job's own.
  if (job_.limits.processes == kUnset) report->peak_processes = std::max(report->peak_processes, report->leftovers + 1);
  report->read_bytes = AtLeastZero(job_.read_bytes - job_.base_read);
  report->written_bytes = AtLeastZero(job_.written_bytes - job_.base_written);
}

void Keeper::Flush() {
  if (launched_pending_) {
    const ssize_t size = send(control_.get(), &launched_, sizeof launched_, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size < 0 && errno == EAGAIN) return;
    launched_pending_ = false;
  }
  if (!report_pending_) return;
  iovec parts[2] = {{&report_, sizeof report_}, {where_, report_.where_length}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  if (sendmsg(control_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno == EAGAIN) return;
  report_pending_ = false;
}

}  // namespace stint
