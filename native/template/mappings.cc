#include "template/mappings.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <string>

#include "support/unique_fd.h"

namespace stint {
namespace {

constexpr std::size_t kChunk = 16 * 1024;

int ReadWhole(const char* path, std::string* text) {
  const UniqueFd file(open(path, O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return errno;
  char chunk[kChunk];
  for (ssize_t got; (got = read(file.get(), chunk, sizeof chunk)) != 0;) {
    if (got < 0 && errno != EINTR) return errno;
    if (got > 0) text->append(chunk, static_cast<std::size_t>(got));
  }
  return 0;
}

bool ParseLine(const char* line, Mapping* mapping) {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  char modes[5] = {};
  if (std::sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s", &begin, &end, modes) != 3) return false;
  *mapping = {begin, end, modes[3] == 'p', modes[1] == 'w', std::strstr(line, " [heap]") != nullptr};
  return true;
}

}  // namespace

int OwnMappings(std::vector<Mapping>* mappings) {
  std::string text;
  if (const int error = ReadWhole("/proc/self/maps", &text); error != 0) return error;
  for (std::size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
    text[end] = '\0';
    Mapping mapping;
    if (ParseLine(text.c_str() + at, &mapping)) mappings->push_back(mapping);
  }
  return 0;
}

}  // namespace stint
