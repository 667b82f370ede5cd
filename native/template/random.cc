#include "template/random.h"

#include <dlfcn.h>
#include <sys/random.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstring>
#include <iterator>

namespace stint {
namespace {

constexpr int kSlots = 1024;  // more than a native context has
constexpr int kCached = 64;   // numbers in the cache
constexpr std::size_t kIsolateWords = 16 * 1024;
constexpr std::uintptr_t kHeapSpan = std::uintptr_t{256}
                                     << 20;  // of malloc's, below the break: where Node's start-up allocates
constexpr int kMaxSteps = 2048;    // of the isolate's generator since its seed: some 64 by start-up, 8 a context
constexpr std::uint64_t kTag = 1;  // of a pointer into V8's heap
constexpr std::uint64_t kStateLength = std::uint64_t{16} << 32;  // small integers lie in the upper half of a word
constexpr std::uint64_t kCacheLength = std::uint64_t{kCached} << 32;

using Word = std::uint64_t;

struct Names {
  void* (*isolate)();
  Word** (*context)(void* isolate);
  Word (*hash)(Word);
  void (*set_seed)(void* generator, std::int64_t seed);
};

const Names& V8Random() {
  static const Names names = {
      reinterpret_cast<void* (*)()>(dlsym(RTLD_DEFAULT, "_ZN2v87Isolate10GetCurrentEv")),
      reinterpret_cast<Word** (*)(void*)>(dlsym(RTLD_DEFAULT, "_ZN2v87Isolate17GetCurrentContextEv")),
      reinterpret_cast<Word (*)(Word)>(dlsym(RTLD_DEFAULT, "_ZN2v84base21RandomNumberGenerator11MurmurHash3Em")),
      reinterpret_cast<void (*)(void*, std::int64_t)>(
          dlsym(RTLD_DEFAULT, "_ZN2v84base21RandomNumberGenerator7SetSeedEl")),
  };
  return names;
}

/// Copies memory that may not be mapped (process_vm_readv(2) says so instead of a SIGSEGV).
bool Peek(std::uintptr_t address, void* out, std::size_t size) {
  const iovec to{out, size};
  const iovec from{reinterpret_cast<void*>(address), size};
  return process_vm_readv(getpid(), &to, 1, &from, 1, 0) == static_cast<ssize_t>(size);
}

/// The tagged pointer of the current native context, without its tag; 0 where V8 does not tell.
std::uintptr_t CurrentContext() {
  const Names& v8 = V8Random();
  if (v8.isolate == nullptr || v8.context == nullptr) return 0;
  const auto* handle = reinterpret_cast<const Word*>(v8.context(v8.isolate()));
  return handle == nullptr ? 0 : static_cast<std::uintptr_t>(*handle - kTag);
}

/// A context's three words: index (a small integer), state, cache (pointers).
struct Slots {
  Word index;
  Word state;
  Word cache;
};

bool StateFits(const Slots& slots) {
  Word head[2];  // map, length
  return (slots.index & 0xffffffff) == 0 && (slots.index >> 32) <= kCached && (slots.state & 3) == kTag &&
         Peek(slots.state - kTag, head, sizeof head) && head[1] == kStateLength;
}

/// Numbers are handed out from the end, so of two neighbours the later one was drawn first.
bool CacheHolds(const Slots& slots, double first, double second) {
  struct {
    Word map, length;
    double numbers[kCached];
  } cache;
  if ((slots.cache & 3) != kTag || !Peek(slots.cache - kTag, &cache, sizeof cache)) return false;
  const Word at = slots.index >> 32;
  return cache.length == kCacheLength && at + 1 < kCached && cache.numbers[at] == second &&
         cache.numbers[at + 1] == first;
}

/// V8's xorshift128+ (src/base/utils/random-number-generator.h): whether the seed leads to this state.
bool Leads(Word seed, Word state0, Word state1) {
  Word a = V8Random().hash(seed);
  Word b = V8Random().hash(~a);
  for (int step = 0; step < kMaxSteps; step++) {
    if (a == state0 && b == state1) return true;
    Word x = a;
    const Word y = b;
    a = y;
    x ^= x << 23;
    x ^= x >> 17;
    x ^= y;
    x ^= y >> 26;
    b = x;
  }
  return false;
}

bool LooksRandom(const Word (&words)[3]) { return words[0] >> 48 && words[1] >> 48 && words[2] >> 48; }

bool Random(void* out, std::size_t size) { return getrandom(out, size, 0) == static_cast<ssize_t>(size); }

}  // namespace

bool RandomState::Learn(double first, double second) {
  const std::uintptr_t context = CurrentContext();
  if (context == 0 || !FindCache(context, first, second)) return false;
  FindGenerator(reinterpret_cast<std::uintptr_t>(V8Random().isolate()));
  return true;
}

bool RandomState::FindCache(std::uintptr_t context, double first, double second) {
  for (int slot = 2; slot + 2 < kSlots; slot++) {
    Slots slots;
    if (!Peek(context + sizeof(Word) * static_cast<std::uintptr_t>(slot), &slots, sizeof slots)) return false;
    if (!StateFits(slots) || !CacheHolds(slots, first, second)) continue;
    slot_ = slot;
    return true;
  }
  return false;
}

/// The isolate holds a pointer to its generator: {seed, state0, state1}, made by malloc while Node started.
void RandomState::FindGenerator(std::uintptr_t isolate) {
  if (V8Random().hash == nullptr || V8Random().set_seed == nullptr) return;
  const auto top = reinterpret_cast<std::uintptr_t>(sbrk(0));
  Word words[512];
  for (std::size_t done = 0; done < kIsolateWords; done += std::size(words)) {
    if (!Peek(isolate + done * sizeof(Word), words, sizeof words)) return;
    for (const Word word : words) {
      Word state[3];
      if (word >= top || word < top - kHeapSpan || (word & 15) || !Peek(word, state, sizeof state)) continue;
      if (!LooksRandom(state) || !Leads(state[0], state[1], state[2])) continue;
      generator_ = reinterpret_cast<void*>(word);
      return;
    }
  }
}

bool RandomState::Reseed() const {
  std::int64_t seed = 0;
  if (generator_ != nullptr && Random(&seed, sizeof seed)) V8Random().set_seed(generator_, seed);
  const std::uintptr_t context = slot_ < 0 ? 0 : CurrentContext();
  if (context == 0) return false;
  auto* slots = reinterpret_cast<Slots*>(context + sizeof(Word) * static_cast<std::uintptr_t>(slot_));
  Word state[2];
  if (!StateFits(*slots) || !Random(state, sizeof state)) return false;
  std::memcpy(reinterpret_cast<void*>(slots->state - kTag + 2 * sizeof(Word)), state, sizeof state);
  slots->index = 0;  // the cache is used up: the next call fills it from the state
  return true;
}

}  // namespace stint
