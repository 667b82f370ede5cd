// ReportMessage as NativeReport (lib/native.ts).
#pragma once
#include <node_api.h>

#include "launch/report_message.h"

namespace stint {

/// Null where an exception is pending.
napi_value MakeReport(napi_env env, const ControlMessage& message);

}  // namespace stint
