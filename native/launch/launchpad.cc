#include "launch/launchpad.h"

#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <ctime>
#include <new>

namespace stint {
namespace {

constexpr std::size_t kGuard = 64 * 1024;  // the largest page of Linux: right for each
constexpr std::size_t kStack = 64 * 1024;
constexpr std::size_t kStorage = 64 * 1024;
constexpr std::size_t kSize = kGuard + kStack + kStorage + sizeof(Launchpad);
constexpr timespec kPatience{0, 10'000'000};
constexpr int kLastWaits = 10;

Launchpad* Map() {
  void* base = mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (base == MAP_FAILED) return nullptr;
  mprotect(base, kGuard, PROT_NONE);
  char* stack_top = static_cast<char*>(base) + kGuard + kStack;
  auto* pad = new (stack_top + kStorage) Launchpad;
  pad->stack_top = stack_top;
  pad->thread_pointer = stack_top + kStorage / 2;
  *static_cast<void**>(pad->thread_pointer) = pad->thread_pointer;  // x86-64 reads the pointer from where it points to
  return pad;
}

bool InUse(const Launchpad& pad) { return __atomic_load_n(&pad.tid, __ATOMIC_ACQUIRE) != 0; }

/// Not private: the kernel's wake when it clears the number is not (set_tid_address(2)).
void Wait(Launchpad* pad) { syscall(SYS_futex, &pad->tid, FUTEX_WAIT, 1, &kPatience, nullptr, 0); }

}  // namespace

Launchpad* Launchpads::Free() {
  for (;;) {
    for (Launchpad*& pad : pads_) {
      if (pad == nullptr) pad = Map();
      if (pad == nullptr || !InUse(*pad)) return pad;
    }
    Wait(pads_[0]);
  }
}

Launchpads::~Launchpads() {
  for (Launchpad* pad : pads_) {
    if (pad == nullptr) continue;
    for (int i = 0; i < kLastWaits && InUse(*pad); i++) Wait(pad);
    if (!InUse(*pad)) munmap(static_cast<char*>(pad->stack_top) - kGuard - kStack, kSize);
  }
}

}  // namespace stint
