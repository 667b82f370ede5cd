#include "probe/stack.h"

#include <ostream>
#include <streambuf>

#include "support/wire.h"

namespace stint {
namespace {

/// A stream buffer over fixed memory: what does not fit is dropped.
class FixedBuffer : public std::streambuf {
 public:
  FixedBuffer(char* memory, std::size_t size) { setp(memory, memory + size); }
  std::string_view text() const { return {pbase(), static_cast<std::size_t>(pptr() - pbase())}; }
};

// Functions of lib/worker that call or await the user's: frames from there downwards are ours. A line of their own.
constexpr std::string_view kEntryFrames[] = {"\nstintCall (", "\nasync JobRun.perform ("};

std::string_view WithoutEntry(std::string_view text) {
  for (const std::string_view frame : kEntryFrames) text = text.substr(0, text.find(frame));
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string_view PrintStack(v8::Isolate* isolate) {
  static char memory[kMaxWhere];
  FixedBuffer buffer(memory, sizeof memory);
  std::ostream stream(&buffer);
  if (V8().print_stack_filtered) {
    V8().print_stack_filtered(isolate, stream, nullptr);
  } else if (V8().print_stack) {
    V8().print_stack(isolate, stream);
  }
  return WithoutEntry(buffer.text());
}

}  // namespace stint
