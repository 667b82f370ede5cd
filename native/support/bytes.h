// Bytes that somebody else owns.
#pragma once
#include <cstddef>

namespace stint {

struct Bytes {
  const void* data = nullptr;
  std::size_t size = 0;
};

}  // namespace stint
