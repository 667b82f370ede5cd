// Small files of /proc, read without allocating: safe between fork and exec, in a watchdog thread, and under a limit.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace stint {

/// Reads a file from its beginning into `buffer` (openat(2), read(2) until full or at its end); the text read, empty
/// when the file cannot be opened. `buffer` is what the text lies in; a longer file is cut.
std::string_view ReadFileAt(int dir_fd, const char* path, char* buffer, std::size_t size);

/// The number after `name` in text of lines `Name:  number unit` (proc_pid_status(5)), or -1. `name` has its colon.
std::int64_t StatusNumber(std::string_view status, std::string_view name);

/// As StatusNumber for lines in kB, in bytes.
std::int64_t StatusBytes(std::string_view status, std::string_view name);

/// The number after `name` in base 16 (signal sets such as SigCgt), or 0.
std::uint64_t StatusHex(std::string_view status, std::string_view name);

}  // namespace stint
