// What one launch needs: the plan for the keeper, and what the host does around it.
#pragma once
#include <array>
#include <cstdint>
#include <string>

#include "support/plan_blob.h"

namespace stint {

enum class StreamMode { kInherit, kIgnore, kCapture, kPipe };

struct LaunchPlan {
  std::string keeper;  // path of the executable
  PlanSource source;
  std::array<StreamMode, 3> streams{};  // stdin, stdout, stderr
  std::int64_t output_size = 0;         // captured bytes kept of each stream; kUnset = all
  bool command() const { return (source.header.flags & kPlanCommand) != 0; }
};

}  // namespace stint
