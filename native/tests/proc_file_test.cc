#include "support/proc_file.h"

#include <fcntl.h>
#include <unistd.h>

#include "tests/expect.h"

namespace stint {
namespace {

constexpr std::string_view kStatus =
    "Name:\tx VmData: 1\nVmData:\t     120 kB\nThreads:\t7\nSigCgt:\t00000000000000ff\nOdd:\n";

void FieldsAreFoundAtTheBeginningOfALine() {
  EXPECT(StatusBytes(kStatus, "VmData:") == 120 * 1024);
  EXPECT(StatusNumber(kStatus, "Threads:") == 7);
  EXPECT(StatusHex(kStatus, "SigCgt:") == 0xff);
}

void AbsentFieldsAreTold() {
  EXPECT(StatusNumber(kStatus, "VmHWM:") == -1 && StatusBytes(kStatus, "VmHWM:") == -1);
  EXPECT(StatusNumber(kStatus, "Odd:") == -1 && StatusNumber("", "Odd:") == -1);
}

void AProcessReadsItsOwnStatus() {
  char buffer[8192];
  const std::string_view status = ReadFileAt(AT_FDCWD, "/proc/self/status", buffer, sizeof buffer);
  EXPECT(StatusNumber(status, "Pid:") == getpid());
  EXPECT(ReadFileAt(AT_FDCWD, "/proc/self/absent", buffer, sizeof buffer).empty());
}

const tests::AddTests added({
    {"proc: fields are found at the beginning of a line", FieldsAreFoundAtTheBeginningOfALine},
    {"proc: absent fields are told", AbsentFieldsAreTold},
    {"proc: a process reads its own status", AProcessReadsItsOwnStatus},
});

}  // namespace
}  // namespace stint
