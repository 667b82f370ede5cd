#include "keep/loader_watch.h"

#include <elf.h>
#include <signal.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "keep/ptrace_calls.h"
#include "support/proc_file.h"

namespace stint {
namespace {

/// AT_ENTRY of a program that has a loader (AT_BASE), or 0.
std::uint64_t EntryBehindLoader(pid_t pid) {
  char path[32];
  char bytes[1024];
  std::snprintf(path, sizeof path, "/proc/%d/auxv", pid);
  const std::string_view vector = ReadFileAt(-1, path, bytes, sizeof bytes);
  std::uint64_t entry = 0;
  std::uint64_t base = 0;
  for (std::size_t at = 0; at + sizeof(Elf64_auxv_t) <= vector.size(); at += sizeof(Elf64_auxv_t)) {
    Elf64_auxv_t item;
    std::memcpy(&item, vector.data() + at, sizeof item);
    if (item.a_type == AT_ENTRY) entry = item.a_un.a_val;
    if (item.a_type == AT_BASE) base = item.a_un.a_val;
  }
  return base == 0 ? 0 : entry;
}

}  // namespace

bool LoaderWatch::Begin(pid_t pid) {
  Reset();
  entry_ = EntryBehindLoader(pid);
  if (entry_ == 0 || !PutBreakpoint(pid, entry_, &saved_)) return false;
  pid_ = pid;
  ResumeToSyscall(pid);
  return true;
}

bool LoaderWatch::Stopped(int status) {
  if (status == SIGTRAP && TakeBreakpoint(pid_, entry_, saved_)) {
    pid_ = 0;
    return true;
  }
  const bool call = status == kSyscallStop;
  if (call && PlaceOf(pid_).result == -ENOMEM) refused_ = true;
  ResumeToSyscall(pid_, call ? 0 : status);
  return false;
}

}  // namespace stint
