#include "keep/ptrace_calls.h"

#include <elf.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#include <cerrno>
#include <cstddef>

namespace stint {
namespace {

constexpr long kExecOptions = PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
constexpr long kForkOptions =
    kExecOptions | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACESECCOMP;

// struct ptrace_syscall_info of <linux/ptrace.h>, which cannot be included beside <sys/ptrace.h>.
constexpr auto kGetSyscallInfo = static_cast<__ptrace_request>(0x420e);
struct SyscallInfo {
  std::uint8_t op;  // 2: at the end of a call
  std::uint8_t padding[3];
  std::uint32_t arch;
  std::uint64_t instruction;
  std::uint64_t stack;
  std::int64_t result;
  std::uint64_t rest[8];
};
constexpr std::uint8_t kAtExit = 2;

#if defined(__x86_64__)
constexpr long kBreakMask = 0xff;
constexpr long kBreak = 0xcc;       // int3
constexpr std::uint64_t kPast = 1;  // it stops after the instruction
#elif defined(__aarch64__)
constexpr long kBreakMask = 0xffffffff;
constexpr long kBreak = 0xd4200000;  // brk #0
constexpr std::uint64_t kPast = 0;   // it stops at the instruction
#endif

}  // namespace

int Seize(pid_t tid, bool forks) {
  return ptrace(PTRACE_SEIZE, tid, nullptr, forks ? kForkOptions : kExecOptions) == 0 ? 0 : errno;
}

void Resume(pid_t tid, int signal) { ptrace(PTRACE_CONT, tid, nullptr, static_cast<long>(signal)); }
void ResumeToSyscall(pid_t tid, int signal) { ptrace(PTRACE_SYSCALL, tid, nullptr, static_cast<long>(signal)); }
void Listen(pid_t tid) { ptrace(PTRACE_LISTEN, tid, nullptr, 0L); }
void Detach(pid_t tid) { ptrace(PTRACE_DETACH, tid, nullptr, 0L); }

pid_t EventPid(pid_t tid) {
  unsigned long pid = 0;
  return ptrace(PTRACE_GETEVENTMSG, tid, nullptr, &pid) == 0 ? static_cast<pid_t>(pid) : 0;
}

void RefuseCall(pid_t tid) {
#if defined(__x86_64__)
  ptrace(PTRACE_POKEUSER, tid, offsetof(user, regs.orig_rax), -1L);
  ptrace(PTRACE_POKEUSER, tid, offsetof(user, regs.rax), static_cast<long>(-EAGAIN));
#elif defined(__aarch64__)
  int number = -1;
  iovec call{&number, sizeof number};
  ptrace(PTRACE_SETREGSET, tid, 0x404 /* NT_ARM_SYSTEM_CALL */, &call);
  user_regs_struct registers{};
  iovec all{&registers, sizeof registers};
  if (ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &all) != 0) return;
  registers.regs[0] = static_cast<unsigned long long>(-EAGAIN);
  ptrace(PTRACE_SETREGSET, tid, NT_PRSTATUS, &all);
#endif
}

StopPlace PlaceOf(pid_t tid) {
  SyscallInfo info{};
  if (ptrace(kGetSyscallInfo, tid, sizeof info, &info) <= 0) return {};
  return {info.instruction, info.op == kAtExit ? info.result : 0};
}

bool PutBreakpoint(pid_t tid, std::uint64_t at, long* saved) {
  errno = 0;
  *saved = ptrace(PTRACE_PEEKTEXT, tid, at, nullptr);
  return errno == 0 && ptrace(PTRACE_POKETEXT, tid, at, (*saved & ~kBreakMask) | kBreak) == 0;
}

bool TakeBreakpoint(pid_t tid, std::uint64_t at, long saved) {
  if (PlaceOf(tid).instruction != at + kPast) return false;
  ptrace(PTRACE_POKETEXT, tid, at, saved);
#if defined(__x86_64__)
  ptrace(PTRACE_POKEUSER, tid, offsetof(user, regs.rip), at);
#endif
  return true;
}

}  // namespace stint
