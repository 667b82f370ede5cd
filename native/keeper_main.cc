// The keeper executable: reads its plan from kKeeperPlanFd.
#include <unistd.h>

#include "support/plan_blob.h"

int main() {
  stint::Plan plan;
  return stint::MapPlan(stint::kKeeperPlanFd, &plan) == 0 ? 0 : 1;
}
