// The report of a keeper that never came to its job.
#pragma once
#include "support/wire.h"

namespace stint {

inline ReportMessage RefusalOf(Step step, int error) {
  ReportMessage report{};
  report.head = {kWireMagic, MessageType::kReport, 0, 0};
  report.exit_code = -1;
  report.failed_step = step;
  report.failed_errno = error;
  report.peak_tree_memory = kUnset;
  return report;
}

}  // namespace stint
