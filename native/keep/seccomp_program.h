// What the keeper's filters are written in: classic BPF over seccomp_data, seccomp(2).
#pragma once

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

namespace stint {

#if defined(__x86_64__)
inline constexpr unsigned kNativeArch = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
inline constexpr unsigned kNativeArch = AUDIT_ARCH_AARCH64;
#endif
/// Set in the numbers of x32's calls.
inline constexpr unsigned kX32Bit = 0x40000000;

/// Takes the 32 bits at this offset of seccomp_data.
constexpr sock_filter Load(unsigned at) { return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at); }

/// Jumps over so many lines, by whether what was loaded is `value`.
constexpr sock_filter Equal(unsigned value, unsigned char yes, unsigned char no) {
  return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no);
}

constexpr sock_filter Return(unsigned action) { return BPF_STMT(BPF_RET | BPF_K, action); }

}  // namespace stint
