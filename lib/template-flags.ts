// What Node is started with to fork (lib/plan/worker.ts); no worker shows them to its job, or hands them on (lib/worker/mend.ts).
//
// A process that forks must have no thread of V8's whose part of the work a fork would wait for: the one that Node has at least is
// hidden from V8 (native/template/platform.h). What was compiled once shall stay, since every worker would have to compile it
// again; and none shall collect garbage because its template has been idle for long.
export const templateFlags: readonly string[] = [
  '--single-threaded',
  '--v8-pool-size=1',
  '--no-flush-bytecode',
  '--no-memory-reducer',
]
