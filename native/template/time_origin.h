// Since when performance.now(), and everything else of node:perf_hooks, counts. A fork copies it: a worker would count
// from its template's start, and its event loop would have been idle for as long as the template's was. Node keeps it
// several times, without an interface (src/node_perf.cc, src/env.h; for what the loop has counted, libuv's
// src/uv-common.h):
//   * the milestones that JavaScript reads, numbers of which the first two are the origin, by either clock;
//   * both again, next to each other, in the environment and as static data; performance.now() subtracts one of these.
// Each is found by what it must hold, not by an offset. What is not found is not touched: the worker then counts from
// its template's start, and all its clocks agree with each other.
#pragma once
#include <uv.h>

#include <cstdint>
#include <vector>

namespace stint {

/// A part of memory.
struct Span {
  std::uintptr_t begin;
  std::uintptr_t end;
};

class TimeOrigin {
 public:
  /// In the template, early: there is not yet much to look through. True when everything was found.
  bool Learn();
  /// In a worker: time begins now, with everything that Node does to start behind it. False when nothing was learnt.
  bool Restart(uv_loop_t* loop) const;

 private:
  struct Copy {
    std::uint64_t* origin_ns;
    double* timestamp_us;
  };

  bool Search(const std::vector<Span>& storage);
  void FindCopies(const std::vector<Span>& storage);

  double* milestones_ = nullptr;
  std::vector<Copy> copies_;
};

}  // namespace stint
