#include "template/platform.h"

#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace stint {
namespace {

constexpr int kMostSlots = 32;

int NoThreads(void*) { return 0; }

/// Where the virtual function `function` stands in `table` (Itanium C++ ABI), or null.
void** SlotOf(void** table, const void* function) {
  for (int i = 0; i < kMostSlots; i++) {
    if (table[i] == function) return &table[i];
  }
  return nullptr;
}

bool Replace(void** slot, void* function) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  void* begin = reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(slot) & ~(page - 1));
  if (mprotect(begin, page, PROT_READ | PROT_WRITE) != 0) return false;
  *slot = function;
  return mprotect(begin, page, PROT_READ) == 0;
}

}  // namespace

bool HidePlatformThreads() {
  void* table = dlsym(RTLD_DEFAULT, "_ZTVN4node12NodePlatformE");
  const void* own = dlsym(RTLD_DEFAULT, "_ZN4node12NodePlatform21NumberOfWorkerThreadsEv");
  if (table == nullptr || own == nullptr) return false;
  void** slot = SlotOf(static_cast<void**>(table), own);
  return slot != nullptr && Replace(slot, reinterpret_cast<void*>(NoThreads));
}

}  // namespace stint
