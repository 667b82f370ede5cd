#include <sys/random.h>
#include <sys/socket.h>

#include <cstring>

#include "keep/worker_source.h"

namespace stint {

bool OpenEvidence(Worker* worker, UniqueFd* other) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return false;
  worker->evidence.Reset(ends[0]);
  other->Reset(ends[1]);
  if (getrandom(worker->secret, kSecretSize, 0) != static_cast<ssize_t>(kSecretSize)) return false;
  EvidenceMessage hello{};
  hello.head = {kWireMagic, MessageType::kHello, 0, 0};
  hello.value = worker->held ? 1 : 0;
  std::memcpy(hello.secret, worker->secret, kSecretSize);
  return send(ends[0], &hello, sizeof hello, MSG_NOSIGNAL) == static_cast<ssize_t>(sizeof hello);
}

}  // namespace stint
