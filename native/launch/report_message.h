// What a keeper sends to its host, checked. Pure code; fuzzed.
#pragma once
#include <cstddef>
#include <string_view>

#include "support/wire.h"

namespace stint {

constexpr std::size_t kMaxControlMessage = sizeof(ReportMessage) + kMaxWhere;

struct ControlMessage {
  MessageType type{};
  LaunchedMessage launched{};
  ReportMessage report{};
  std::string_view where;  // lies in the buffer
};

/// False when the message is none that a keeper sends, or a size, count or type in it is wrong.
bool DecodeControl(const char* buffer, std::size_t size, ControlMessage* message);

}  // namespace stint
