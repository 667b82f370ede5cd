#include "template/dofork.h"

#include <sys/mman.h>

#include <vector>

#include "template/mappings.h"

namespace stint {

int UndoDontFork() {
  std::vector<Mapping> mappings;
  if (const int error = OwnMappings(&mappings); error != 0) return error;
  for (const Mapping& mapping : mappings) {
    if (!mapping.is_private) continue;
    // What the kernel mapped itself ([vvar], VM_IO) refuses, and needs no change.
    madvise(reinterpret_cast<void*>(mapping.begin), mapping.end - mapping.begin, MADV_DOFORK);
  }
  return 0;
}

}  // namespace stint
