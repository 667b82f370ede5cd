#include "support/plan_blob.h"

#include <cerrno>
#include <cstring>
#include <random>

#include "support/memfd.h"
#include "tests/expect.h"
#include "tests/fuzz.h"

namespace stint {
namespace {

PlanSource Example() {
  PlanSource source;
  source.header.flags = kPlanCommand | kPlanInheritStdin;
  source.header.uid = -1;
  source.header.boot_ns = 5;
  source.header.limits.memory = 1 << 20;
  source.cwd = "/tmp";
  source.files = {"/bin/a", "/usr/bin/a"};
  source.argv = {"a", "", "b c"};
  source.env = {"A=1"};
  return source;
}

bool Same(const std::vector<char*>& list, const std::vector<std::string>& texts) {
  if (list.size() != texts.size() + 1 || list.back() != nullptr) return false;
  for (std::size_t i = 0; i < texts.size(); i++) {
    if (texts[i] != list[i]) return false;
  }
  return true;
}

void APlanComesOutAsItWentIn() {
  const PlanSource source = Example();
  const UniqueFd fd = SealPlan(EncodePlan(source));
  Plan plan;
  EXPECT(MapPlan(fd.get(), &plan) == 0);
  EXPECT(plan.header.flags == source.header.flags && plan.header.boot_ns == 5);
  EXPECT(plan.header.limits.memory == 1 << 20 && plan.header.uid == -1);
  EXPECT(std::strcmp(plan.cwd, "/tmp") == 0);
  EXPECT(Same(plan.files, source.files) && Same(plan.argv, source.argv) && Same(plan.env, source.env));
}

void APlanOfManyMegabytesFits() {
  PlanSource source = Example();
  source.env.assign(20'000, std::string(1000, 'e'));
  const UniqueFd fd = SealPlan(EncodePlan(source));
  Plan plan;
  EXPECT(MapPlan(fd.get(), &plan) == 0 && Same(plan.env, source.env));
}

void AnUnsealedPlanIsRefused() {
  const UniqueFd fd = MakeMemfd("test");
  const std::vector<char> blob = EncodePlan(Example());
  Plan plan;
  EXPECT(WriteAt(fd.get(), blob.data(), blob.size(), 0) == 0);
  EXPECT(MapPlan(fd.get(), &plan) == EPERM);
}

void AnEmptyListOfFilesIsRefused() {
  PlanSource source = Example();
  source.files.clear();
  std::vector<char> blob = EncodePlan(source);
  Plan plan;
  EXPECT(!DecodePlan(blob.data(), blob.size(), &plan));
}

void ACutPlanIsRefused() {
  const std::vector<char> whole = EncodePlan(Example());
  for (std::size_t size = 0; size < whole.size(); size++) {
    std::vector<char> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    Plan plan;
    EXPECT(!DecodePlan(cut.data(), cut.size(), &plan));
  }
}

bool StringsInside(const std::vector<char*>& list, const std::vector<char>& blob) {
  for (const char* text : list) {
    if (text == nullptr) continue;
    if (text < blob.data() || text + std::strlen(text) >= blob.data() + blob.size()) return false;
  }
  return true;
}

void ChangedPlansNeverPointOutside() {
  const std::vector<char> whole = EncodePlan(Example());
  std::mt19937 random(static_cast<std::uint32_t>(tests::Seed()));
  for (long round = tests::Cases(200'000); round > 0; round--) {
    std::vector<char> blob = whole;
    for (int change = 0; change < 3; change++) blob[random() % blob.size()] = static_cast<char>(random());
    Plan plan;
    if (!DecodePlan(blob.data(), blob.size(), &plan)) continue;
    EXPECT(StringsInside({const_cast<char*>(plan.cwd)}, blob));
    EXPECT(StringsInside(plan.files, blob) && StringsInside(plan.argv, blob) && StringsInside(plan.env, blob));
  }
}

const tests::AddTests added({
    {"plan: comes out as it went in", APlanComesOutAsItWentIn},
    {"plan: 20 MB of environment fit", APlanOfManyMegabytesFits},
    {"plan: an unsealed one is refused", AnUnsealedPlanIsRefused},
    {"plan: an empty list of files is refused", AnEmptyListOfFilesIsRefused},
    {"plan: a cut one is refused at every length", ACutPlanIsRefused},
    {"plan: changed ones never point outside", ChangedPlansNeverPointOutside},
});

}  // namespace
}  // namespace stint
