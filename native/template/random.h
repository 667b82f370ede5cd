// Math.random in forked workers. V8 keeps its state where a fork copies it, so every worker would draw the same
// numbers:
//   * each native context has a small cache of drawn numbers, the generator's state and an index, in three neighbouring
//     slots (src/init/bootstrapper.cc, src/numbers/math-random.cc);
//   * each isolate has a generator that seeds the state of new contexts (vm.createContext).
// Neither has an interface. Both are found by what they must hold, not by an offset: two numbers just drawn must lie in
// the cache, and a seed must lead to the generator's state. What is not found is not touched: the caller then puts a
// generator of its own in place of Math.random.
#pragma once
#include <cstdint>

namespace stint {

class RandomState {
 public:
  /// In the template. `first` and `second` were drawn by Math.random() just before, in this order, in the current
  /// context. True when the context's state was found.
  bool Learn(double first, double second);
  /// In a worker: new state from the kernel's generator for what Learn() found. False when there is nothing, or when
  /// it no longer looks as it did.
  bool Reseed() const;
  bool knows_contexts() const { return generator_ != nullptr; }

 private:
  bool FindCache(std::uintptr_t context, double first, double second);
  void FindGenerator(std::uintptr_t isolate);

  int slot_ = -1;  // of the cache; state and index come before it
  void* generator_ = nullptr;
};

}  // namespace stint
