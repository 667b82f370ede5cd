// V8's entry points, looked up by their exported C++ names at run time: one N-API binary serves every Node major, and
// a node that lacks one merely loses what it is for (docs/design.md, section 7; `doctor` prints both lists).
#pragma once
#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

namespace v8 {
class Isolate;  // only ever a pointer here
}

namespace stint {

using InterruptCallback = void (*)(v8::Isolate*, void*);
using NearHeapLimitCallback = std::size_t (*)(void* data, std::size_t current, std::size_t initial);
using OomCallback = void (*)(const char* location, const void* details);

/// Each is null where this node does not export it. Member functions take their object first (Itanium C++ ABI).
struct V8Names {
  v8::Isolate* (*current)();
  void (*terminate)(v8::Isolate*);
  void (*cancel_terminate)(v8::Isolate*);
  void (*request_interrupt)(v8::Isolate*, InterruptCallback, void*);
  void (*add_near_heap_limit)(v8::Isolate*, NearHeapLimitCallback, void*);
  void (*remove_near_heap_limit)(v8::Isolate*, NearHeapLimitCallback, std::size_t limit);
  void (*set_oom_handler)(v8::Isolate*, OomCallback);
  void (*print_stack)(v8::Isolate*, std::ostream&);                  // Node 20 and 22
  void (*print_stack_filtered)(v8::Isolate*, std::ostream&, void*);  // Node 24 and later; null lets every frame pass

  bool can_interrupt() const { return current && request_interrupt; }
  bool can_terminate() const { return current && terminate && cancel_terminate; }
  bool can_limit_heap() const { return current && add_near_heap_limit && remove_near_heap_limit; }
};

/// Looked up once per process (dlsym(3), RTLD_DEFAULT).
const V8Names& V8();

/// The exported names that were found, or those that were not.
std::vector<std::string> V8NamesFound(bool found);

}  // namespace stint
