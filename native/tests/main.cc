// Runs every test and prints one line each: "ok TITLE" or "not ok TITLE: WHERE: WHAT". test/unit/native.test.ts reads
// it.
#include <cstdio>
#include <cstdlib>

#include "tests/expect.h"
#include "tests/fuzz.h"

namespace stint::tests {
namespace {

std::string wrong;
long cases = 0;  // of the running test, where its input is random

std::string Count() {
  if (cases == 0) return {};
  return " (" + std::to_string(cases) + " cases, STINT_SEED=" + std::to_string(Seed()) + ")";
}

}  // namespace

std::vector<Test>& AllTests() {
  static std::vector<Test> tests;
  return tests;
}

void Fail(const char* file, int line, const char* what) {
  wrong = std::string(file) + ":" + std::to_string(line) + ": " + what;
}

long Cases(long usual, long share) {
  const char* wanted = std::getenv("STINT_FUZZ");
  cases = wanted == nullptr ? usual : std::atol(wanted) / share;
  return cases;
}

std::uint64_t Seed() {
  const char* wanted = std::getenv("STINT_SEED");
  return wanted == nullptr ? 20 : std::strtoull(wanted, nullptr, 10);
}

int RunAll() {
  int failed = 0;
  for (const Test& test : AllTests()) {
    wrong.clear();
    cases = 0;
    test.run();
    failed += wrong.empty() ? 0 : 1;
    if (wrong.empty()) std::printf("ok %s%s\n", test.title, Count().c_str());
    if (!wrong.empty()) std::printf("not ok %s%s: %s\n", test.title, Count().c_str(), wrong.c_str());
    std::fflush(stdout);
  }
  return failed;
}

}  // namespace stint::tests

int main() { return stint::tests::RunAll() == 0 ? 0 : 1; }
