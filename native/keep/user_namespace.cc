#include "keep/user_namespace.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace stint {
namespace {

/// 0 or an errno. These files take one write (user_namespaces(7)).
int Write(const char* path, const char* text) {
  const int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return errno;
  const bool written = write(file, text, std::strlen(text)) == static_cast<ssize_t>(std::strlen(text));
  const int error = written ? 0 : errno;
  close(file);
  return error;
}

char* Digits(char* at, unsigned number) {
  char reversed[12];
  int count = 0;
  do {
    reversed[count++] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  while (count > 0) *at++ = reversed[--count];
  return at;
}

/// "ID ID 1": the same number inside as outside.
int MapToItself(const char* path, unsigned id) {
  char text[32];
  char* at = Digits(text, id);
  *at++ = ' ';
  at = Digits(at, id);
  std::memcpy(at, " 1", 3);
  return Write(path, text);
}

}  // namespace

bool HasUserToCount(std::int64_t uid) { return uid >= 0 ? uid != 0 : geteuid() != 0; }

int EnterUserNamespace(std::int64_t tasks, bool* entered) {
  // Asked before: the namespace has them no more.
  const auto uid = static_cast<unsigned>(syscall(SYS_geteuid));
  const auto gid = static_cast<unsigned>(syscall(SYS_getegid));
  // After a change of ids /proc/self belongs to root (proc(5), PR_SET_DUMPABLE); exec decides anew.
  prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
  if (access("/proc/self/uid_map", W_OK) != 0) return errno;
  if (syscall(SYS_unshare, CLONE_NEWUSER) != 0) return errno;
  *entered = true;
  if (const int error = Write("/proc/self/setgroups", "deny"); error != 0) return error;
  if (const int error = MapToItself("/proc/self/uid_map", uid); error != 0) return error;
  if (const int error = MapToItself("/proc/self/gid_map", gid); error != 0) return error;
  rlimit now{};
  if (syscall(SYS_prlimit64, 0, RLIMIT_NPROC, nullptr, &now) != 0) return errno;
  const auto most = static_cast<rlim_t>(tasks) < now.rlim_max ? static_cast<rlim_t>(tasks) : now.rlim_max;
  const rlimit wanted{most, most};
  return syscall(SYS_prlimit64, 0, RLIMIT_NPROC, &wanted, nullptr) == 0 ? 0 : errno;
}

}  // namespace stint
