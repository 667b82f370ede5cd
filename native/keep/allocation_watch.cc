#include "keep/allocation_watch.h"

#include <linux/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>

#include "keep/seccomp_program.h"
#include "support/proc_file.h"

namespace stint {
namespace {

// What the filter tells of a call: SECCOMP_RET_DATA. Forks have 0.
enum Kind : unsigned { kMmap = 1, kBrk, kMremap, kMprotect };

std::int64_t LimitOf(pid_t tid, int resource) {
  rlimit limit{};
  if (syscall(SYS_prlimit64, tid, resource, nullptr, &limit) != 0) return INT64_MAX;
  return limit.rlim_cur > static_cast<rlim_t>(INT64_MAX) ? INT64_MAX : static_cast<std::int64_t>(limit.rlim_cur);
}

bool Exceeds(std::int64_t used, std::int64_t asked, std::int64_t limit) {
  return limit != INT64_MAX && used >= 0 && (asked > limit || used > limit - asked);
}

/// What was asked and not given: bytes, or -1 where the call succeeded or failed for another reason.
std::int64_t Refused(const MemoryCall& call, const ptrace_syscall_info& info) {
  if (info.op != PTRACE_SYSCALL_INFO_EXIT) return -1;
  const auto asked = static_cast<std::int64_t>(call.asked);
  // brk(2), the system call: returns the end that stands, which is the old one when it fails.
  if (call.kind == kBrk) return info.exit.rval < asked ? asked - info.exit.rval : -1;
  return info.exit.is_error && info.exit.rval == -ENOMEM ? asked : -1;
}

}  // namespace

// Jumps count lines. 32-bit programs on x86_64 and arm have numbers of their own, the same on both.
int InstallAllocationFilter() {
  sock_filter lines[] = {
      /*  0 */ Load(offsetof(seccomp_data, arch)),
      /*  1 */ Equal(kNativeArch, 0, 6),  // else 8
      /*  2 */ Load(offsetof(seccomp_data, nr)),
      /*  3 */ BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ~kX32Bit),
      /*  4 */ Equal(SYS_mmap, 9, 0),      // 14
      /*  5 */ Equal(SYS_brk, 9, 0),       // 15
      /*  6 */ Equal(SYS_mremap, 9, 0),    // 16
      /*  7 */ Equal(SYS_mprotect, 9, 5),  // 17, else 13
      /*  8 */ Load(offsetof(seccomp_data, nr)),
      /*  9 */ Equal(192, 4, 0),  // mmap2
      /* 10 */ Equal(45, 4, 0),   // brk
      /* 11 */ Equal(163, 4, 0),  // mremap
      /* 12 */ Equal(125, 4, 0),  // mprotect
      /* 13 */ Return(SECCOMP_RET_ALLOW),
      /* 14 */ Return(SECCOMP_RET_TRACE | kMmap),
      /* 15 */ Return(SECCOMP_RET_TRACE | kBrk),
      /* 16 */ Return(SECCOMP_RET_TRACE | kMremap),
      /* 17 */ Return(SECCOMP_RET_TRACE | kMprotect),
  };
  sock_fprog program{sizeof lines / sizeof lines[0], lines};
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0 ? 0 : errno;
}

MemoryCall MemoryCallOf(pid_t tid) {
  ptrace_syscall_info info{};
  const long size = syscall(SYS_ptrace, PTRACE_GET_SYSCALL_INFO, tid, sizeof info, &info);
  if (size <= 0 || info.op != PTRACE_SYSCALL_INFO_SECCOMP) return {};
  const auto* args = info.seccomp.args;
  switch (info.seccomp.ret_data) {
    case kMmap:
    case kMprotect:
      return {info.seccomp.ret_data, args[1]};
    case kBrk:
      return {kBrk, args[0]};
    case kMremap:
      return {kMremap, args[2] > args[1] ? args[2] - args[1] : 0};
    default:
      return {};
  }
}

Refusal RefusalOf(pid_t tid, const MemoryCall& call, pid_t process) {
  ptrace_syscall_info info{};
  if (syscall(SYS_ptrace, PTRACE_GET_SYSCALL_INFO, tid, sizeof info, &info) <= 0) return {};
  const std::int64_t asked = Refused(call, info);
  if (asked < 0) return {};
  char path[32];
  char text[4096];
  std::snprintf(path, sizeof path, "/proc/%d/status", tid);
  const std::string_view status = ReadFileAt(-1, path, text, sizeof text);
  if (StatusNumber(status, "Tgid:") != process) return {};
  const std::int64_t addresses = StatusBytes(status, "VmSize:");
  if (Exceeds(addresses, asked, LimitOf(tid, RLIMIT_AS))) return {Cause::kRefusedAddress, asked};
  const std::int64_t data = StatusBytes(status, "VmData:");
  if (Exceeds(data, asked, LimitOf(tid, RLIMIT_DATA))) return {Cause::kRefusedData, asked};
  return {};
}

}  // namespace stint
