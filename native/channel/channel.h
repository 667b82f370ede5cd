// One end of the channel on an environment's loop: for the host's connection and for the worker's link alike.
#pragma once
#include <memory>

#include "channel/message.h"
#include "channel/poll.h"

namespace stint {

class Channel {
 public:
  /// What the owner hears, on the loop's thread and inside an open HandleScope; each may close the channel.
  class Listener {
   public:
    /// `main` is a Uint8Array, `segments` an array of ArrayBuffers.
    virtual void OnMessage(std::uint8_t type, std::uint64_t token, napi_value main, napi_value segments) = 0;
    /// Something malformed came. The channel reads nothing more.
    virtual void OnGarbage(const char* reason) = 0;
    /// The peer is gone. The channel reads nothing more.
    virtual void OnClosed() = 0;

   protected:
    ~Listener() = default;
  };

  Channel(EnvLoop* loop, UniqueFd socket, Listener* listener);
  ~Channel() { Close(); }

  /// Begins to listen. 0 or an errno.
  int Start();
  /// Stops listening, and keeps the socket. Start() goes on.
  void Pause() { poll_.Close(); }
  /// As SendFrame; EPIPE once closed.
  int Send(const Outgoing& outgoing, Waiting waiting);
  /// Reads all that has come (bounded: a peer that floods is left to the next turn of the loop).
  void Drain();
  /// False while much of what was sent lies unread by the peer (unix(7): less than 3/4 of the send buffer is free).
  bool Roomy() const;
  /// Keeps memfds for messages over 64 KiB that are to be sent under RLIMIT_FSIZE.
  int PrepareSpares(int count, std::uint64_t size) { return spares_.Prepare(count, size); }
  void SetRef(bool on) { poll_.SetRef(on); }
  /// Idempotent; also from within a listener's call.
  void Close();
  int fd() const { return socket_.get(); }
  /// The peer is gone and never read the last of what was sent to it. Looks once more at a socket that is still open,
  /// and then closes it.
  bool CloseUnread();

 private:
  Receipt ReceiveOne();

  EnvLoop* loop_;
  UniqueFd socket_;
  Listener* listener_;
  Poll poll_;
  SpareMemfds spares_;
  bool unread_ = false;
  std::unique_ptr<char[]> buffer_;
};

/// Reads (type, token, main, segments) from a call's arguments into `outgoing`: bytes stay where they are, so send
/// before JavaScript runs again. False with a TypeError pending that names the argument.
bool ReadOutgoing(napi_env env, const napi_value arguments[4], Outgoing* outgoing);

}  // namespace stint
