// How a keeper comes by a worker: exec'ed now (exec_source.h), forked from a template's memory (native/template).
#pragma once
#include <sys/types.h>

#include <cstdint>

#include "keep/fork_filter.h"
#include "support/unique_fd.h"
#include "support/wire.h"

namespace stint {

constexpr std::size_t kSecretSize = sizeof(EvidenceMessage::secret);

/// A step of a launch that failed.
struct Failure {
  Step step = Step::kNone;
  int error = 0;
};

/// A process that was born and has not been reaped. A command has no evidence socket.
struct Worker {
  pid_t pid = 0;
  UniqueFd birth;     // exec'ed: a Failure or the listener arrives on it, and EOF once exec succeeded; else invalid
  UniqueFd evidence;  // the keeper's end
  std::uint8_t secret[kSecretSize] = {};
  ForkFilter filter = ForkFilter::kNone;  // stands before exec
  bool held = false;                      // by a rung that is set up before exec: it sets no filter for itself
  bool traced = false;                    // seized by ptrace(2) before exec
  bool watched = false;                   // its loader, too, is watched: its limits on memory are tight
  bool looked_at = false;                 // nobody asks before it forks: its processes are counted now and then
  std::uint32_t rungs = 0;                // RungFlags that it set up for itself
  RungErrors refused{};
};

enum class Birth { kParent, kChild, kFailed };

/// Makes the processes of one keeper, one after another.
class WorkerSource {
 public:
  virtual ~WorkerSource() = default;
  /// In the keeper: kParent or kFailed. In a forked worker it returns, too: kChild, with its end of the evidence
  /// socket in `worker->evidence`. An exec'ed worker never returns.
  virtual Birth Make(Worker* worker, Failure* failure) = 0;
  /// A step that a lower rung can replace has failed in `worker`, which waits for an answer: gives it, and says whether
  /// the launch goes on.
  virtual bool Lower(Worker* worker, const Failure& failure) {
    static_cast<void>(worker);
    static_cast<void>(failure);
    return false;
  }
  /// True when the keeper serves further jobs: the next worker is then made while the present one runs.
  virtual bool Again() const = 0;
};

/// Makes the evidence pair of a worker and its secret, and queues Hello for it (which tells it whether it is `held`).
/// `other` gets the worker's end. False with errno.
bool OpenEvidence(Worker* worker, UniqueFd* other);

}  // namespace stint
