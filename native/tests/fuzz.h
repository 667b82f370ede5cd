// Random input for decoders: the same cases each time, so that a failure can be repeated.
#pragma once
#include <cstdint>
#include <random>
#include <string>

namespace stint::tests {

/// How many cases a test runs: STINT_FUZZ, or what is usual where that is not set. The runner prints it. `share`: only
/// one in so many of STINT_FUZZ, where a case is dear.
long Cases(long usual, long share = 1);

/// STINT_SEED, or the same each time.
std::uint64_t Seed();

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}  // NOLINT: predictable on purpose
  /// 0 to below `limit`.
  std::uint64_t Below(std::uint64_t limit) { return engine_() % limit; }
  bool OneIn(std::uint64_t chances) { return Below(chances) == 0; }
  /// Of any magnitude: small numbers are as likely as large ones.
  std::uint64_t Wide() { return engine_() >> Below(64); }
  /// Changes, cuts or lengthens bytes.
  void Damage(std::string* bytes) {
    if (OneIn(4)) bytes->resize(Below(bytes->size() + 8));
    for (std::uint64_t left = Below(4); left > 0 && !bytes->empty(); left--) {
      (*bytes)[Below(bytes->size())] = static_cast<char>(engine_());
    }
  }

 private:
  std::mt19937_64 engine_;
};

template <typename Message>
std::string BytesOf(const Message& message) {
  return {reinterpret_cast<const char*>(&message), sizeof message};
}

}  // namespace stint::tests
