// A test of pure native code: a title, and a function whose first wrong expectation ends it.
#pragma once
#include <functional>
#include <string>
#include <vector>

namespace stint::tests {

struct Test {
  const char* title;
  std::function<void()> run;
};

/// All tests of the executable; each file adds its own by a static AddTests.
std::vector<Test>& AllTests();

struct AddTests {
  explicit AddTests(std::vector<Test> tests) {
    for (Test& test : tests) AllTests().push_back(std::move(test));
  }
};

/// Notes that an expectation of the running test was wrong.
void Fail(const char* file, int line, const char* what);

}  // namespace stint::tests

#define EXPECT(condition)                                   \
  do {                                                      \
    if (!(condition)) {                                     \
      ::stint::tests::Fail(__FILE__, __LINE__, #condition); \
      return;                                               \
    }                                                       \
  } while (false)
