#include "probe/v8_names.h"

#include <dlfcn.h>

#include <array>

namespace stint {
namespace {

struct Entry {
  const char* name;
  bool one_of_two;  // the stack printer: a node has the one or the other
};

constexpr std::array<Entry, 9> kEntries{{
    {"_ZN2v87Isolate10GetCurrentEv", false},
    {"_ZN2v87Isolate18TerminateExecutionEv", false},
    {"_ZN2v87Isolate24CancelTerminateExecutionEv", false},
    {"_ZN2v87Isolate16RequestInterruptEPFvPS0_PvES2_", false},
    {"_ZN2v87Isolate24AddNearHeapLimitCallbackEPFmPvmmES1_", false},
    {"_ZN2v87Isolate27RemoveNearHeapLimitCallbackEPFmPvmmEm", false},
    {"_ZN2v87Isolate18SetOOMErrorHandlerEPFvPKcRKNS_10OOMDetailsEE", false},
    {"_ZN2v87Message22PrintCurrentStackTraceEPNS_7IsolateERSo", true},
    {"_ZN2v87Message22PrintCurrentStackTraceEPNS_7IsolateERSoPFbS2_NS_5LocalINS_6StringEEEE", true},
}};

void* Find(const char* name) { return dlsym(RTLD_DEFAULT, name); }

template <typename Function>
void Bind(Function& slot, const Entry& entry) {
  slot = reinterpret_cast<Function>(Find(entry.name));
}

V8Names Load() {
  V8Names names{};
  Bind(names.current, kEntries[0]);
  Bind(names.terminate, kEntries[1]);
  Bind(names.cancel_terminate, kEntries[2]);
  Bind(names.request_interrupt, kEntries[3]);
  Bind(names.add_near_heap_limit, kEntries[4]);
  Bind(names.remove_near_heap_limit, kEntries[5]);
  Bind(names.set_oom_handler, kEntries[6]);
  Bind(names.print_stack, kEntries[7]);
  Bind(names.print_stack_filtered, kEntries[8]);
  return names;
}

}  // namespace

const V8Names& V8() {
  static const V8Names names = Load();
  return names;
}

std::vector<std::string> V8NamesFound(bool found) {
  std::vector<std::string> names;
  const bool has_printer = V8().print_stack || V8().print_stack_filtered;
  for (const Entry& entry : kEntries) {
    const bool here = Find(entry.name) != nullptr;
    if (here == found && (found || !entry.one_of_two || !has_printer)) names.emplace_back(entry.name);
  }
  return names;
}

}  // namespace stint
