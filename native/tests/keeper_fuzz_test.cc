// A whole keeper under random messages: of its host, and of a worker that has got hold of the secret. Whatever they
// are, the keeper ends its job, reaps it, and sends what its host can decode.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>

#include "keep/keeper.h"
#include "launch/report_message.h"
#include "support/clock.h"
#include "tests/expect.h"
#include "tests/fuzz.h"

namespace stint {
namespace {

constexpr int kMessages = 20;  // for each job, to either socket
constexpr int kSignals = 32;   // without those of real time
constexpr std::int64_t kCentury = std::int64_t{3'153'600'000} * kNsPerSecond;
constexpr std::uint64_t kToken = 0x1234'5678'9abc'def0;

using tests::BytesOf;
using tests::Random;

void Send(int socket, const std::string& bytes) {
  send(socket, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

/// A worker that does nothing but end after a while; its messages are there before it.
class RandomSource : public WorkerSource {
 public:
  explicit RandomSource(Random* random) : random_(random) {}
  Birth Make(Worker* worker, Failure* failure) override;
  bool Again() const override { return false; }

 private:
  std::string Message(const Worker& worker);
  std::string Text();

  Random* random_;
  UniqueFd other_;
};

Birth RandomSource::Make(Worker* worker, Failure* failure) {
  if (!OpenEvidence(worker, &other_)) return Birth::kFailed;
  for (int i = 0; i < kMessages; i++) Send(other_.get(), Message(*worker));
  if (random_->OneIn(3)) other_.Reset();
  worker->pid = fork();
  if (worker->pid == 0) {
    // What exec would do: a signal ends it, and is no crash for a sanitizer's handler to report on.
    for (int number = 1; number < kSignals; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const timespec life{0, 1'500'000};
    nanosleep(&life, nullptr);
    _exit(static_cast<int>(random_->Below(256)));
  }
  if (worker->pid < 0) *failure = {Step::kFork, errno};
  return worker->pid < 0 ? Birth::kFailed : Birth::kParent;
}

std::string RandomSource::Text() {
  if (!random_->OneIn(3)) return {};
  return std::string(random_->OneIn(4) ? kMaxWhere + random_->Below(3) - 1 : random_->Below(300), 'w');
}

/// Most are what a worker would send in this order; each field is wild now and then.
std::string RandomSource::Message(const Worker& worker) {
  static constexpr MessageType kUsual[] = {MessageType::kBooted, MessageType::kBegin, MessageType::kListening,
                                           MessageType::kCause,  MessageType::kWhere, MessageType::kSending,
                                           MessageType::kDone,   MessageType::kGo};
  const std::string text = Text();
  EvidenceMessage message{};
  message.head = {kWireMagic, kUsual[random_->Below(random_->OneIn(20) ? 8 : 5)], 0, kToken};
  if (random_->OneIn(20)) message.head.type = static_cast<MessageType>(random_->Below(70));
  std::memcpy(message.secret, worker.secret, kSecretSize);
  message.time_ns = random_->OneIn(5) ? static_cast<std::int64_t>(random_->Wide()) : MonotonicNs();
  message.cause = static_cast<Cause>(random_->Below(16));
  message.text_length = static_cast<std::uint32_t>(text.size());
  for (std::int64_t* field : {&message.value, &message.cpu_ns, &message.vm_data, &message.vm_rss, &message.system_ns,
                              &message.rss_file, &message.switches, &message.vm_size}) {
    *field = random_->OneIn(3) ? static_cast<std::int64_t>(random_->Wide()) : 1;
  }
  std::string bytes = BytesOf(message) + text;
  if (random_->OneIn(30)) random_->Damage(&bytes);
  return bytes;
}

WireLimits RandomLimits(Random* random) {
  WireLimits limits{};
  for (std::int64_t* limit :
       {&limits.memory, &limits.address_space, &limits.cpu_ns, &limits.wall_ns, &limits.processes, &limits.grace_ns,
        &limits.file_size, &limits.open_files, &limits.stack, &limits.core_size}) {
    *limit = random->OneIn(2) ? kUnset : static_cast<std::int64_t>(random->Wide() % kCentury);
  }
  return limits;
}

std::string ControlBytes(Random* random, std::uint64_t kind) {
  const std::uint64_t token = random->OneIn(10) ? random->Wide() : kToken;
  const auto head = [token](MessageType type) { return Head{kWireMagic, type, 0, token}; };
  if (kind == 0) return BytesOf(StartMessage{head(MessageType::kStart), RandomLimits(random)});
  // SIGTERM and below, and nonsense: a worker that is stopped would not end by itself.
  const auto signal = static_cast<std::int32_t>(random->OneIn(3) ? 40 + random->Below(100) : random->Below(16));
  if (kind == 1) return BytesOf(SignalMessage{head(MessageType::kSignal), signal, 0});
  const auto cause = static_cast<Cause>(random->Below(20));
  return BytesOf(StopMessage{head(MessageType::kStop), cause, static_cast<std::uint32_t>(random->Below(2))});
}

/// Start comes first; then little, since each further message may end the job.
void SendControl(Random* random, int socket) {
  for (int i = 0; i < kMessages && (i == 0 || !random->OneIn(3)); i++) {
    std::string bytes = ControlBytes(random, i == 0 ? 0 : random->Below(3));
    if (random->OneIn(40)) random->Damage(&bytes);
    Send(socket, bytes);
  }
  if (random->OneIn(10)) shutdown(socket, SHUT_WR);
}

bool HostCanReadAll(int socket) {
  char buffer[kMaxControlMessage + 1];
  for (;;) {
    const ssize_t size = recv(socket, buffer, sizeof buffer, MSG_DONTWAIT);
    if (size <= 0) return true;
    ControlMessage message;
    if (!DecodeControl(buffer, static_cast<std::size_t>(size), &message)) return false;
  }
}

bool NobodyIsLeft() {
  siginfo_t info{};
  return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | __WALL) != 0 && errno == ECHILD;
}

bool EndsInOrder(std::uint64_t seed) {
  Random random(seed);
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return false;
  const UniqueFd host(ends[0]);
  SendControl(&random, host.get());
  RandomSource source(&random);
  KeeperSetup setup;
  setup.control = ends[1];
  setup.boot_ns = static_cast<std::int64_t>(random.Below(3 * kNsPerMs));
  Keeper(setup, &source).Run();
  return HostCanReadAll(host.get()) && NobodyIsLeft();
}

/// A keeper blocks every signal and is a subreaper: in a process of its own. The exit code is 1 for the first job that
/// did not end in order, whose seed is printed.
int RunJobs(long jobs) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  for (long job = 0; job < jobs; job++) {
    alarm(30);
    const std::uint64_t seed = tests::Seed() * 1'000'000 + static_cast<std::uint64_t>(job);
    if (EndsInOrder(seed)) continue;
    std::fprintf(stderr, "keeper: job %ld of STINT_SEED=%llu\n", job, static_cast<unsigned long long>(tests::Seed()));
    return 1;
  }
  return 0;
}

void AKeeperEndsItsJobWhateverItHears() {
  const long jobs = tests::Cases(200 * kMessages, 10) / kMessages;
  const pid_t pid = fork();
  if (pid == 0) _exit(RunJobs(jobs));
  int status = -1;
  EXPECT(waitpid(pid, &status, 0) == pid);
  EXPECT(WIFEXITED(status));
  EXPECT(WEXITSTATUS(status) == 0);
}

const tests::AddTests added({
    {"keeper: ends its job in order, whatever host and worker say", AKeeperEndsItsJobWhateverItHears},
});

}  // namespace
}  // namespace stint
