// Redirects calls of named functions in the loaded objects (elf(5): the slots that the dynamic linker filled in).
#pragma once
#include <cstddef>
#include <span>

namespace stint {

struct Import {
  const char* name;
  void* wrapper;
  void* engine_wrapper = nullptr;  // in the object that V8 lies in, where that needs another
};

/// Leads calls of `imports` to their wrappers in every loaded object except this one.
/// `engine` is any address of V8's code. Slots that are read-only after relocation (RELRO) are opened with mprotect(2)
/// and closed again. A second call only does something when objects were loaded since. The number of slots changed, or
/// -1 where one could not be.
int RedirectImports(std::span<const Import> imports, const void* engine);

}  // namespace stint
