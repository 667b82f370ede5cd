#include "keep/cgroup_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <ctime>

#include "keep/directory.h"
#include "support/clock.h"
#include "support/proc_file.h"

namespace stint {
namespace {

constexpr std::size_t kFileSize = 4096;  // memory.stat, the longest, has less than 3 kB before what is read here
constexpr std::int64_t kPatienceNs = 200 * kNsPerMs;
constexpr timespec kPause{0, static_cast<long>(kNsPerMs / 4)};
constexpr int kDeepest = 32;

/// Removes the groups below a directory, deepest first.
void RemoveBelow(int parent, int depth) {
  if (depth > kDeepest) return;
  alignas(DirectoryEntry) char entries[8192];
  for (;;) {
    const long size = syscall(SYS_getdents64, parent, entries, sizeof entries);
    if (size <= 0) return;
    for (long at = 0; at < size;) {
      const auto* entry = reinterpret_cast<const DirectoryEntry*>(entries + at);
      at += entry->size;
      if (entry->type != 4 /* DT_DIR */ || entry->name[0] == '.') continue;
      const UniqueFd below(openat(parent, entry->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
      if (below.valid()) RemoveBelow(below.get(), depth + 1);
      unlinkat(parent, entry->name, AT_REMOVEDIR);
    }
  }
}

}  // namespace

bool CgroupDirectory::Make(const char* parent, const char* name) {
  std::string path = std::string(parent) + '/' + name;
  if (mkdir(path.c_str(), 0755) != 0) return false;
  path_ = std::move(path);
  fd_.Reset(open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd_.valid()) Remove();
  return fd_.valid();
}

bool CgroupDirectory::Adopt(const char* path) {
  fd_.Reset(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return fd_.valid();
}

bool CgroupDirectory::Has(const char* file) const { return faccessat(fd_.get(), file, F_OK, 0) == 0; }

bool CgroupDirectory::Write(const char* file, std::string_view text) const {
  const UniqueFd out(openat(fd_.get(), file, O_WRONLY | O_CLOEXEC));
  return out.valid() && write(out.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

bool CgroupDirectory::Write(const char* file, std::int64_t number) const {
  char text[24];
  const auto end = std::to_chars(text, text + sizeof text, number).ptr;
  return Write(file, std::string_view(text, static_cast<std::size_t>(end - text)));
}

std::int64_t CgroupDirectory::Number(const char* file) const {
  char text[64];
  const std::string_view read = ReadFileAt(fd_.get(), file, text, sizeof text);
  std::int64_t number = -1;
  std::from_chars(read.data(), read.data() + read.size(), number);
  return number;
}

std::int64_t CgroupDirectory::Field(const char* file, const char* name) const {
  char text[kFileSize];
  return StatusNumber(ReadFileAt(fd_.get(), file, text, sizeof text), name);
}

bool CgroupDirectory::Empty() const {
  char text[16];
  return ReadFileAt(fd_.get(), "cgroup.procs", text, sizeof text).empty();
}

void CgroupDirectory::Remove() {
  if (path_.empty()) return;
  const std::int64_t end = MonotonicNs() + kPatienceNs;
  while (rmdir(path_.c_str()) != 0 && errno == EBUSY && MonotonicNs() < end) {
    if (fd_.valid() && lseek(fd_.get(), 0, SEEK_SET) == 0) RemoveBelow(fd_.get(), 0);
    nanosleep(&kPause, nullptr);
  }
  path_.clear();
  fd_.Reset();
}

}  // namespace stint
