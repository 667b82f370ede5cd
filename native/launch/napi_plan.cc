#include "launch/napi_plan.h"

#include <climits>
#include <csignal>

#include "support/napi_fields.h"
#include "support/napi_limits.h"

namespace stint {
namespace {

/// Reads fields of one object one after the other; after the first failure the rest does nothing.
class PlanReader {
 public:
  PlanReader(napi_env env, napi_value object) : env_(env), object_(object) {}

  bool ok() const { return ok_; }

  void String(const char* name, std::string* out) {
    if (Get(name)) ok_ = ReadString(env_, value_, name, out);
  }
  void Strings(const char* name, std::vector<std::string>* out) {
    if (Get(name)) ok_ = ReadStrings(env_, value_, name, out);
  }
  void Texts(const char* name, std::vector<std::string>* out) {
    if (Get(name)) ok_ = ReadTexts(env_, value_, name, out);
  }
  std::int64_t Integer(const char* name, IntegerRange range) {
    std::int64_t number = 0;
    if (Get(name)) ok_ = ReadInteger(env_, value_, name, range, &number);
    return number;
  }
  void Flag(const char* name, std::uint32_t flag, std::uint32_t* flags) {
    bool on = false;
    if (Get(name)) ok_ = ReadBoolean(env_, value_, name, &on);
    if (on) *flags |= flag;
  }
  void Limits(const char* name, WireLimits* limits) {
    if (Get(name)) ok_ = ReadLimits(env_, value_, limits);
  }
  void Stream(const char* name, StreamMode* mode) {
    std::string text;
    String(name, &text);
    if (ok_ && !ModeOf(text, mode)) ok_ = ThrowField(env_, name, "'inherit', 'ignore', 'capture' or 'pipe'");
  }
  /// Fails unless `fits`.
  void Require(bool fits, const char* name, const char* expected) {
    if (ok_ && !fits) ok_ = ThrowField(env_, name, expected);
  }

 private:
  bool Get(const char* name) { return ok_ = ok_ && GetField(env_, object_, name, &value_); }

  static bool ModeOf(const std::string& text, StreamMode* mode) {
    constexpr struct {
      const char* name;
      StreamMode mode;
    } kModes[] = {{"inherit", StreamMode::kInherit},
                  {"ignore", StreamMode::kIgnore},
                  {"capture", StreamMode::kCapture},
                  {"pipe", StreamMode::kPipe}};
    for (const auto& entry : kModes) {
      if (text != entry.name) continue;
      *mode = entry.mode;
      return true;
    }
    return false;
  }

  napi_env env_;
  napi_value object_;
  napi_value value_ = nullptr;
  bool ok_ = true;
};

void ReadStreams(PlanReader* reader, LaunchPlan* plan) {
  constexpr const char* kNames[] = {"stdin", "stdout", "stderr"};
  constexpr std::uint32_t kInherit[] = {kPlanInheritStdin, kPlanInheritStdout, kPlanInheritStderr};
  for (std::size_t i = 0; i < plan->streams.size(); i++) {
    reader->Stream(kNames[i], &plan->streams[i]);
    if (plan->streams[i] == StreamMode::kInherit) plan->source.header.flags |= kInherit[i];
  }
  reader->Require(plan->streams[0] != StreamMode::kCapture, "stdin", "'inherit', 'ignore' or 'pipe'");
  plan->output_size = reader->Integer("outputSize", {kUnset, kMaxSafeInteger});
}

void ReadCredentials(PlanReader* reader, PlanHeader* header) {
  constexpr std::int64_t kMaxId = std::int64_t{UINT32_MAX} - 1;  // (uid_t)-1 means "unchanged" to setresuid(2)
  header->nice = static_cast<std::int32_t>(reader->Integer("nice", {-20, 19}));
  header->uid = reader->Integer("uid", {kUnset, kMaxId});
  header->gid = reader->Integer("gid", {kUnset, kMaxId});
  reader->Flag("noNewPrivs", kPlanNoNewPrivs, &header->flags);
}

}  // namespace

bool ReadPlan(napi_env env, napi_value value, LaunchPlan* plan) {
  PlanReader reader(env, value);
  PlanHeader& header = plan->source.header;
  reader.String("keeper", &plan->keeper);
  reader.Flag("command", kPlanCommand, &header.flags);
  reader.Flag("exact", kPlanExact, &header.flags);
  reader.Strings("files", &plan->source.files);
  reader.Strings("argv", &plan->source.argv);
  reader.Texts("env", &plan->source.env);
  reader.Strings("cgroups", &plan->source.cgroups);
  reader.Require(plan->source.cgroups.empty() || plan->source.cgroups.size() == kCgroupTexts, "cgroups",
                 "an empty list, or one of a name and four paths");
  header.without = static_cast<std::uint32_t>(reader.Integer("without", {0, kAllRungs}));
  reader.Require(!plan->source.files.empty(), "files", "a list of at least one path");
  reader.Require(!plan->source.argv.empty(), "argv", "a list of at least one string");
  reader.String("cwd", &plan->source.cwd);
  ReadStreams(&reader, plan);
  reader.Limits("limits", &header.limits);
  ReadCredentials(&reader, &header);
  header.stop_signal = static_cast<std::int32_t>(reader.Integer("stopSignal", {1, NSIG - 1}));
  header.boot_ns = reader.Integer("bootNs", {kUnset, kMaxSafeInteger});
  return reader.ok();
}

bool ReadForkPlan(napi_env env, napi_value value, LaunchPlan* plan) {
  PlanReader reader(env, value);
  ReadStreams(&reader, plan);
  plan->source.header.boot_ns = reader.Integer("bootNs", {kUnset, kMaxSafeInteger});
  return reader.ok();
}

}  // namespace stint
