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

// The function of lib/worker that calls the user's: frames from it downwards are ours. A line of its own.
constexpr std::string_view kEntryFrame = "\nstintCall (";

std::string_view WithoutEntry(std::string_view text) {
  text = text.substr(0, text.find(kEntryFrame));
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
