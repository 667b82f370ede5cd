// The numbered entries of a directory of /proc, without the allocation and the locks of readdir(3).
#pragma once
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace stint {

/// struct linux_dirent64 of getdents64(2).
struct DirectoryEntry {
  std::uint64_t inode;
  std::int64_t offset;
  unsigned short size;
  unsigned char type;
  char name[];
};

constexpr std::size_t kManyEntries = 8192;
/// Some ten entries: each is visited soon after it was listed.
constexpr std::size_t kFewEntries = 256;

/// Calls `visit(pid_t)` for each entry from the descriptor's position on whose name is a number, until it says false;
/// so many bytes of entries are read at once. False when it cannot be read.
template <std::size_t Size = kManyEntries, typename Visit>
bool ForEachNumber(int fd, Visit visit) {
  alignas(DirectoryEntry) char entries[Size];
  for (;;) {
    const long size = syscall(SYS_getdents64, fd, entries, sizeof entries);
    if (size <= 0) return size == 0;
    for (long at = 0; at < size;) {
      const auto* entry = reinterpret_cast<const DirectoryEntry*>(entries + at);
      at += entry->size;
      pid_t number = 0;
      const char* end = entry->name + std::strlen(entry->name);
      if (std::from_chars(entry->name, end, number).ptr == end && !visit(number)) return true;
    }
  }
}

}  // namespace stint
