// The JavaScript stack of the main thread as text.
#pragma once
#include <string_view>

#include "probe/v8_names.h"

namespace stint {

/// Prints the running JavaScript's stack into a fixed buffer (kMaxWhere bytes, the top frames are kept), without the
/// frames of the worker's own entry. Main thread only, from an interrupt. Empty where V8 exports no printer.
std::string_view PrintStack(v8::Isolate* isolate);

}  // namespace stint
