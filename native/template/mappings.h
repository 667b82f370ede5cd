// What is mapped into this process: the lines of proc_pid_maps(5).
#pragma once
#include <cstdint>
#include <vector>

namespace stint {

struct Mapping {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  bool is_private = false;
  bool is_writable = false;
  bool is_heap = false;  // malloc's, below the break (brk(2))
};

/// Read whole before it is returned: what is then done to a mapping may join it with others. Returns 0 or an errno.
int OwnMappings(std::vector<Mapping>* mappings);

}  // namespace stint
