#include "launch/report_message.h"

#include <cstring>

namespace stint {
namespace {

bool DecodeReport(const char* buffer, std::size_t size, ControlMessage* message) {
  if (size < sizeof(ReportMessage)) return false;
  std::memcpy(&message->report, buffer, sizeof(ReportMessage));
  const ReportMessage& report = message->report;
  if (report.cause_count > kMaxCauses || report.where_length > kMaxWhere) return false;
  if (size != sizeof(ReportMessage) + report.where_length) return false;
  message->where = {buffer + sizeof(ReportMessage), report.where_length};
  return true;
}

}  // namespace

bool DecodeControl(const char* buffer, std::size_t size, ControlMessage* message) {
  Head head;
  if (size < sizeof head) return false;
  std::memcpy(&head, buffer, sizeof head);
  if (head.magic != kWireMagic) return false;
  message->type = head.type;
  if (head.type == MessageType::kReport) return DecodeReport(buffer, size, message);
  if (head.type != MessageType::kLaunched || size != sizeof(LaunchedMessage)) return false;
  std::memcpy(&message->launched, buffer, sizeof(LaunchedMessage));
  return true;
}

}  // namespace stint
