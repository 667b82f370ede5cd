// Runs every test and prints one line each: "ok TITLE" or "not ok TITLE: WHERE: WHAT". test/unit/native.test.ts reads
// it.
#include <cstdio>

#include "tests/expect.h"

namespace stint::tests {
namespace {

std::string wrong;

}  // namespace

std::vector<Test>& AllTests() {
  static std::vector<Test> tests;
  return tests;
}

void Fail(const char* file, int line, const char* what) {
  wrong = std::string(file) + ":" + std::to_string(line) + ": " + what;
}

int RunAll() {
  int failed = 0;
  for (const Test& test : AllTests()) {
    wrong.clear();
    test.run();
    failed += wrong.empty() ? 0 : 1;
    if (wrong.empty()) std::printf("ok %s\n", test.title);
    if (!wrong.empty()) std::printf("not ok %s: %s\n", test.title, wrong.c_str());
  }
  return failed;
}

}  // namespace stint::tests

int main() { return stint::tests::RunAll() == 0 ? 0 : 1; }
