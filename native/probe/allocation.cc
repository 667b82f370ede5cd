#include "probe/allocation.h"

#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>

#include "probe/heap.h"
#include "probe/imports.h"
#include "probe/limits.h"
#include "probe/record.h"
#include "probe/v8_names.h"
#include "support/clock.h"

namespace stint {
namespace {

constexpr std::int64_t kAllocatorSlack = 1 << 20;  // what malloc may ask of the kernel beyond what it was asked for

std::atomic<bool> noted_data{false};
std::atomic<bool> noted_address{false};
std::atomic<bool> noted_thread{false};
std::atomic<std::int64_t> last_refused_ns{0};

bool Exceeds(__rlimit_resource resource, std::int64_t used, std::int64_t size) {
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return false;
  const auto most = static_cast<std::int64_t>(limit.rlim_cur);
  return size > most || used + size + kAllocatorSlack > most;
}

bool RefusedBy(__rlimit_resource resource, std::size_t size) {
  Baseline now;
  if (!Measure(&now)) return false;
  return Exceeds(resource, resource == RLIMIT_DATA ? now.vm_data : now.vm_size, static_cast<std::int64_t>(size));
}

/// One note of each kind is enough for the verdict, and keeps a loop that retries from flooding the keeper.
void NoteOnce(std::atomic<bool>* noted, Cause cause, std::int64_t size) {
  if (noted->exchange(true)) return;
  TheRecord().Note(cause, size);
  if (syscall(SYS_gettid) != getpid() && !noted_thread.exchange(true)) TheRecord().Note(Cause::kThreadMemory, size);
}

/// Called after a failure: finds out whether one of our limits was the reason. Keeps errno.
void OnRefused(std::size_t asked) {
  const int saved = errno;
  last_refused_ns = MonotonicNs();
  const auto size = static_cast<std::int64_t>(asked < PTRDIFF_MAX ? asked : PTRDIFF_MAX);
  Baseline now;
  if (!(noted_data && noted_address) && Measure(&now)) {
    if (Exceeds(RLIMIT_DATA, now.vm_data, size)) NoteOnce(&noted_data, Cause::kRefusedData, size);
    if (Exceeds(RLIMIT_AS, now.vm_size, size)) NoteOnce(&noted_address, Cause::kRefusedAddress, size);
  }
  errno = saved;
}

void* Checked(void* memory, std::size_t size) {
  if (memory == nullptr && size != 0 && errno == ENOMEM) OnRefused(size);
  return memory;
}

void* CheckedMap(void* memory, std::size_t size) {
  if (memory == MAP_FAILED && errno == ENOMEM) OnRefused(size);
  return memory;
}

void* Malloc(std::size_t size) { return Checked(malloc(size), size); }
void* Realloc(void* memory, std::size_t size) { return Checked(realloc(memory, size), size); }
void* AlignedAlloc(std::size_t alignment, std::size_t size) { return Checked(aligned_alloc(alignment, size), size); }

void* Calloc(std::size_t count, std::size_t size) {
  std::size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) bytes = PTRDIFF_MAX;
  return Checked(calloc(count, size), bytes);
}

int PosixMemalign(void** memory, std::size_t alignment, std::size_t size) {
  const int error = posix_memalign(memory, alignment, size);
  if (error == ENOMEM) OnRefused(size);
  return error;
}

void* Mmap(void* address, std::size_t size, int protection, int flags, int fd, off_t offset) {
  return CheckedMap(mmap(address, size, protection, flags, fd, offset), size);
}

void* Mremap(void* address, std::size_t old_size, std::size_t size, int flags, ...) {
  va_list list;
  va_start(list, flags);
  void* target = (flags & MREMAP_FIXED) != 0 ? va_arg(list, void*) : nullptr;
  va_end(list);
  return CheckedMap(mremap(address, old_size, size, flags, target), size > old_size ? size - old_size : 0);
}

int Mprotect(void* address, std::size_t size, int protection) {
  const int result = mprotect(address, size, protection);
  if (result != 0 && errno == ENOMEM && (protection & PROT_WRITE) != 0) OnRefused(size);
  return result;
}

/// V8 asks for its heap at random addresses of its choice; what else it maps (WebAssembly memories, resizable buffers)
/// lies where the kernel likes, near the top. Heap::GetRandomMmapAddr masks them with these bits.
bool IsHeapAddress(const void* address) {
#if defined(__x86_64__)
  constexpr std::uintptr_t kEnd = std::uintptr_t{1} << 46;
#else
  constexpr std::uintptr_t kEnd = std::uintptr_t{1} << 38;
#endif
  return address != nullptr && reinterpret_cast<std::uintptr_t>(address) < kEnd;
}

/// V8 dies when memory for its heap is refused. The ballast's room lets it go on for the moment that it takes to
/// unwind: this is the heap limit, whatever V8 thinks of its own. False, with the refusal noted, where there is no such
/// room, or where V8 tells the caller, who may live on.
bool MakeRoomForHeap(const void* address, std::size_t size) {
  const bool data = RefusedBy(RLIMIT_DATA, size);
  const bool ours = data || RefusedBy(RLIMIT_AS, size);
  if (ours && IsHeapAddress(address) && TheBallast().Release()) {
    // The verdict tells it by this note from V8's own limit.
    TheRecord().Note(data ? Cause::kRefusedData : Cause::kRefusedAddress, static_cast<std::int64_t>(size));
    TripHeap();
    return true;
  }
  errno = ENOMEM;
  OnRefused(size);
  return false;
}

int EngineMprotect(void* address, std::size_t size, int protection) {
  const int result = mprotect(address, size, protection);
  if (result == 0 || errno != ENOMEM || (protection & PROT_WRITE) == 0) return result;
  return MakeRoomForHeap(address, size) ? mprotect(address, size, protection) : result;
}

void* EngineMmap(void* address, std::size_t size, int protection, int flags, int fd, off_t offset) {
  void* memory = mmap(address, size, protection, flags, fd, offset);
  if (memory != MAP_FAILED || errno != ENOMEM) return memory;
  return MakeRoomForHeap(address, size) ? mmap(address, size, protection, flags, fd, offset) : memory;
}

void* Dlopen(const char* path, int flags);

const Import kImports[] = {
    {"malloc", reinterpret_cast<void*>(Malloc)},
    {"calloc", reinterpret_cast<void*>(Calloc)},
    {"realloc", reinterpret_cast<void*>(Realloc)},
    {"posix_memalign", reinterpret_cast<void*>(PosixMemalign)},
    {"aligned_alloc", reinterpret_cast<void*>(AlignedAlloc)},
    {"mmap", reinterpret_cast<void*>(Mmap), reinterpret_cast<void*>(EngineMmap)},
    {"mmap64", reinterpret_cast<void*>(Mmap), reinterpret_cast<void*>(EngineMmap)},
    {"mremap", reinterpret_cast<void*>(Mremap)},
    {"mprotect", reinterpret_cast<void*>(Mprotect), reinterpret_cast<void*>(EngineMprotect)},
    {"dlopen", reinterpret_cast<void*>(Dlopen)},
};

int Redirect() { return RedirectImports(kImports, reinterpret_cast<void*>(V8().terminate)); }

/// Native modules that the job loads are watched, too.
void* Dlopen(const char* path, int flags) {
  void* handle = dlopen(path, flags);
  if (handle != nullptr) Redirect();
  return handle;
}

}  // namespace

bool WatchAllocations() { return Redirect() >= 0; }

bool AllocationRefusedWithin(std::int64_t ns) {
  const std::int64_t last = last_refused_ns;
  return last != 0 && MonotonicNs() - last < ns;
}

bool AllocationRefused() { return noted_data || noted_address; }

}  // namespace stint
