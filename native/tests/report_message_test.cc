#include "launch/report_message.h"

#include <cstring>
#include <random>
#include <string>

#include "tests/expect.h"
#include "tests/fuzz.h"

namespace stint {
namespace {

std::string ReportBytes(const std::string& where, std::uint32_t causes = 1) {
  ReportMessage report{};
  report.head = {kWireMagic, MessageType::kReport, 0, 5};
  report.exit_code = 3;
  report.cause_count = causes;
  report.where_length = static_cast<std::uint32_t>(where.size());
  return std::string(reinterpret_cast<const char*>(&report), sizeof report) + where;
}

bool Decodes(const std::string& bytes) {
  ControlMessage message;
  return DecodeControl(bytes.data(), bytes.size(), &message);
}

void AReportIsRead() {
  const std::string bytes = ReportBytes("at f");
  ControlMessage message;
  EXPECT(DecodeControl(bytes.data(), bytes.size(), &message));
  EXPECT(message.type == MessageType::kReport && message.report.exit_code == 3 && message.where == "at f");
}

void AReportWhoseSizesDisagreeIsRefused() {
  EXPECT(Decodes(ReportBytes("")));
  EXPECT(Decodes(ReportBytes("", kMaxCauses)));
  EXPECT(!Decodes(ReportBytes("", kMaxCauses + 1)));
  EXPECT(!Decodes(ReportBytes("at f") + "x"));
  EXPECT(!Decodes(ReportBytes("at f").substr(0, sizeof(ReportMessage) + 3)));
  EXPECT(!Decodes(ReportBytes(std::string(kMaxWhere + 1, 'w'))));
  EXPECT(!Decodes(ReportBytes("").substr(0, 20)));
  EXPECT(!Decodes(""));
}

void OtherMessagesAreRefused() {
  LaunchedMessage launched{{kWireMagic, MessageType::kLaunched, 0, 0}, 42, 0, 0};
  const auto bytes = [&launched] { return std::string(reinterpret_cast<const char*>(&launched), sizeof launched); };
  EXPECT(Decodes(bytes()) && !Decodes(bytes() + "x"));
  launched.head.type = MessageType::kStart;
  EXPECT(!Decodes(bytes()));
  launched.head = {kWireMagic + 1, MessageType::kLaunched, 0, 0};
  EXPECT(!Decodes(bytes()));
}

void WildReportsNeverReachOutside() {
  const std::string whole = ReportBytes("at some place");
  std::mt19937 random(static_cast<std::uint32_t>(tests::Seed()));
  for (long round = tests::Cases(100'000); round > 0; round--) {
    std::string bytes = whole.substr(0, whole.size() - random() % 20);
    for (int change = 0; change < 3; change++) bytes[random() % bytes.size()] = static_cast<char>(random());
    ControlMessage message;
    if (!DecodeControl(bytes.data(), bytes.size(), &message) || message.type != MessageType::kReport) continue;
    EXPECT(message.where.data() + message.where.size() == bytes.data() + bytes.size());
    EXPECT(message.report.cause_count <= kMaxCauses);
  }
}

const tests::AddTests added({
    {"report: is read with its text", AReportIsRead},
    {"report: is refused where its sizes disagree", AReportWhoseSizesDisagreeIsRefused},
    {"report: messages of other types are refused", OtherMessagesAreRefused},
    {"report: wild ones never reach outside", WildReportsNeverReachOutside},
});

}  // namespace
}  // namespace stint
