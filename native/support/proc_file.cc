#include "support/proc_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "support/unique_fd.h"

namespace stint {
namespace {

std::string_view AfterName(std::string_view status, std::string_view name) {
  std::size_t at = 0;
  while (at < status.size()) {
    std::size_t end = status.find('\n', at);
    if (end == std::string_view::npos) end = status.size();
    std::string_view line = status.substr(at, end - at);
    if (line.starts_with(name)) {
      line.remove_prefix(name.size());
      const std::size_t first = line.find_first_not_of(" \t");
      return first == std::string_view::npos ? std::string_view{} : line.substr(first);
    }
    at = end + 1;
  }
  return {};
}

}  // namespace

std::string_view ReadFileAt(int dir_fd, const char* path, char* buffer, std::size_t size) {
  const UniqueFd fd(openat(dir_fd, path, O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return {};
  std::size_t length = 0;
  while (length < size) {
    const ssize_t got = read(fd.get(), buffer + length, size - length);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    length += static_cast<std::size_t>(got);
  }
  return {buffer, length};
}

std::int64_t StatusNumber(std::string_view status, std::string_view name) {
  const std::string_view text = AfterName(status, name);
  std::int64_t value = -1;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  return result.ec == std::errc() ? value : -1;
}

std::int64_t StatusBytes(std::string_view status, std::string_view name) {
  const std::int64_t kilobytes = StatusNumber(status, name);
  return kilobytes < 0 ? -1 : kilobytes * 1024;
}

std::uint64_t StatusHex(std::string_view status, std::string_view name) {
  const std::string_view text = AfterName(status, name);
  std::uint64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return result.ec == std::errc() ? value : 0;
}

}  // namespace stint
