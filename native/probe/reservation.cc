#include "probe/reservation.h"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "support/unique_fd.h"

namespace stint {
namespace {

constexpr std::uintptr_t kRoom = 1 << 20;  // what follows a chunk of the heap by chance (guard pages) is less

struct Mapping {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  bool inaccessible = false;
};

/// `7f12...-7f13... ---p ...`
bool ParseMapping(std::string_view line, Mapping* mapping) {
  const char* last = line.data() + line.size();
  const auto begin = std::from_chars(line.data(), last, mapping->begin, 16);
  if (begin.ptr == last || *begin.ptr != '-') return false;
  const auto end = std::from_chars(begin.ptr + 1, last, mapping->end, 16);
  if (last - end.ptr < 4) return false;
  mapping->inaccessible = std::memcmp(end.ptr, " ---", 4) == 0;
  return true;
}

/// Lines of a file, one after the other, through a small buffer; a line longer than it is cut into several.
class Lines {
 public:
  explicit Lines(const char* path) : fd_(open(path, O_RDONLY | O_CLOEXEC)) {}

  bool Next(std::string_view* line) {
    for (;;) {
      const std::string_view rest(buffer_ + start_, end_ - start_);
      if (const std::size_t length = rest.find('\n'); length != std::string_view::npos) {
        *line = rest.substr(0, length);
        start_ += length + 1;
        return true;
      }
      if (!Fill()) return false;
    }
  }

 private:
  bool Fill() {
    std::memmove(buffer_, buffer_ + start_, end_ - start_);
    end_ -= start_;
    start_ = 0;
    if (end_ == sizeof buffer_) end_ = 0;
    const ssize_t count = fd_.valid() ? read(fd_.get(), buffer_ + end_, sizeof buffer_ - end_) : 0;
    if (count <= 0) return false;
    end_ += static_cast<std::size_t>(count);
    return true;
  }

  UniqueFd fd_;
  char buffer_[4096];
  std::size_t start_ = 0;
  std::size_t end_ = 0;
};

}  // namespace

bool GrowsIntoReservation(const void* address, std::size_t size) {
  const auto last = reinterpret_cast<std::uintptr_t>(address) + size - 1;
  Lines lines("/proc/self/maps");
  std::string_view line;
  Mapping mapping;
  while (lines.Next(&line)) {
    if (ParseMapping(line, &mapping) && last >= mapping.begin && last < mapping.end) {
      return mapping.inaccessible && mapping.end - last > kRoom;
    }
  }
  return false;
}

}  // namespace stint
