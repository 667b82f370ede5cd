// Anonymous files (memfd_create(2)) that are sealed before they are handed over: what the receiver has checked can no
// longer change under it.
#pragma once
#include <cstddef>
#include <cstdint>

#include "support/unique_fd.h"

namespace stint {

/// An empty memfd that may be sealed, CLOEXEC, and never executable where the kernel knows MFD_NOEXEC_SEAL (6.3).
/// Invalid with errno where none could be made.
UniqueFd MakeMemfd(const char* name);

/// Writes all of it (pwrite(2), repeated). 0 or an errno; EFBIG where RLIMIT_FSIZE forbids it.
int WriteAt(int fd, const void* data, std::size_t size, std::uint64_t offset);

/// Writes through a shared mapping, a window at a time: RLIMIT_FSIZE applies to pwrite and ftruncate, not to this. The
/// file must have its size already. 0 or an errno.
int WriteMapped(int fd, const void* data, std::size_t size, std::uint64_t offset);

/// Forbids to shrink, grow and write. 0 or an errno (EBUSY while somebody maps it writable and shared).
int SealMemfd(int fd);

/// Its size in bytes, or -1 with errno. By lseek(2): fstat became a symbol of its own only in glibc 2.33.
std::int64_t MemfdSize(int fd);

/// Whether `fd` is a memfd with those three seals.
bool IsSealed(int fd);

}  // namespace stint
