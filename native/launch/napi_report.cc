#include "launch/napi_report.h"

#include "support/napi_limits.h"

namespace stint {
namespace {

struct FlagField {
  const char* name;
  std::uint32_t flag;
};
constexpr FlagField kFlags[] = {
    {"launched", kReportLaunched}, {"booted", kReportBooted},
    {"began", kReportBegan},       {"sending", kReportSending},
    {"done", kReportDone},         {"killed", kReportKilled},
    {"stopSent", kReportStopSent}, {"evidenceBad", kReportEvidenceBad},
    {"idle", kReportIdle},
};

struct SmallField {
  const char* name;
  std::int32_t ReportMessage::*member;
};
constexpr SmallField kSmall[] = {
    {"exitCode", &ReportMessage::exit_code},
    {"signal", &ReportMessage::term_signal},
    {"hostSignal", &ReportMessage::host_signal},
    {"failedErrno", &ReportMessage::failed_errno},
};

struct NumberField {
  const char* name;
  std::int64_t ReportMessage::*member;
};
constexpr NumberField kNumbers[] = {
    {"beginNs", &ReportMessage::begin_ns},
    {"endNs", &ReportMessage::end_ns},
    {"cleanNs", &ReportMessage::clean_ns},
    {"userNs", &ReportMessage::user_ns},
    {"systemNs", &ReportMessage::system_ns},
    {"peakMemory", &ReportMessage::peak_memory},
    {"peakTreeMemory", &ReportMessage::peak_tree_memory},
    {"peakProcesses", &ReportMessage::peak_processes},
    {"leftovers", &ReportMessage::leftovers},
    {"contextSwitches", &ReportMessage::context_switches},
    {"readBytes", &ReportMessage::read_bytes},
    {"writtenBytes", &ReportMessage::written_bytes},
};

class ObjectWriter {
 public:
  explicit ObjectWriter(napi_env env) : env_(env) { Check(napi_create_object(env, &object_)); }

  void Value(const char* name, napi_value value) {
    Check(value == nullptr ? napi_generic_failure : napi_set_named_property(env_, object_, name, value));
  }
  void Number(const char* name, std::int64_t number) {
    napi_value value = nullptr;
    Check(napi_create_int64(env_, number, &value));
    Value(name, value);
  }
  void Boolean(const char* name, bool on) {
    napi_value value = nullptr;
    Check(napi_get_boolean(env_, on, &value));
    Value(name, value);
  }
  napi_value Finish() const { return ok_ ? object_ : nullptr; }

 private:
  void Check(napi_status status) { ok_ = ok_ && status == napi_ok; }

  napi_env env_;
  napi_value object_ = nullptr;
  bool ok_ = true;
};

napi_value MakeCause(napi_env env, const CauseRecord& record) {
  ObjectWriter writer(env);
  writer.Number("cause", static_cast<std::int64_t>(record.cause));
  writer.Number("timeNs", record.time_ns);
  writer.Number("value", record.value);
  return writer.Finish();
}

napi_value MakeCauses(napi_env env, const ReportMessage& report) {
  napi_value causes = nullptr;
  if (napi_create_array_with_length(env, report.cause_count, &causes) != napi_ok) return nullptr;
  for (std::uint32_t i = 0; i < report.cause_count; i++) {
    const napi_value cause = MakeCause(env, report.causes[i]);
    if (cause == nullptr || napi_set_element(env, causes, i, cause) != napi_ok) return nullptr;
  }
  return causes;
}

napi_value MakeErrors(napi_env env, const RungErrors& errors) {
  napi_value list = nullptr;
  if (napi_create_array_with_length(env, kRungSlots, &list) != napi_ok) return nullptr;
  for (std::uint32_t i = 0; i < kRungSlots; i++) {
    napi_value error = nullptr;
    if (napi_create_int32(env, errors.of[i], &error) != napi_ok || napi_set_element(env, list, i, error) != napi_ok)
      return nullptr;
  }
  return list;
}

}  // namespace

napi_value MakeReport(napi_env env, const ControlMessage& message) {
  const ReportMessage& report = message.report;
  ObjectWriter writer(env);
  for (const FlagField& field : kFlags) writer.Boolean(field.name, (report.flags & field.flag) != 0);
  for (const SmallField& field : kSmall) writer.Number(field.name, report.*field.member);
  for (const NumberField& field : kNumbers) writer.Number(field.name, report.*field.member);
  writer.Number("failedStep", static_cast<std::int64_t>(report.failed_step));
  writer.Number("rungs", report.rungs);
  writer.Value("rungErrors", MakeErrors(env, report.rung_errors));
  writer.Value("limits", MakeLimits(env, report.in_force));
  writer.Value("causes", MakeCauses(env, report));
  napi_value where = nullptr;
  napi_create_string_utf8(env, message.where.data(), message.where.size(), &where);
  writer.Value("where", where);
  return writer.Finish();
}

}  // namespace stint
