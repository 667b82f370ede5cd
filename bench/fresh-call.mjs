// What a trivial call of isolation 'fork' costs under the limits below, until its outcome (its worker is reaped then), at 1, 2 and 4
// calls at once; beside it a bare fork(2) and wait(2) of a C program that holds 8 MB, and child_process.fork to an answer.
//   node bench/fresh-call.mjs [calls] [isolation]
import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { limitModule } from 'stint'
import { summary } from './measure.mjs'

const calls = Number(process.argv[2] ?? 600)
const isolation = process.argv[3] ?? 'fork'
const limits = { memory: '256MB', cpuTime: '10s', wallTime: '10s', fileSize: '100MB', openFiles: 256 }
const folder = mkdtempSync(join(tmpdir(), 'stint-bench-'))
const module = join(folder, 'task.mjs')
writeFileSync(module, 'export const add = (a, b) => a + b\n')
writeFileSync(join(folder, 'child.mjs'), "process.on('message', ([a, b]) => process.send(a + b, () => process.exit()))\n")
writeFileSync(
  join(folder, 'floor.c'),
  `#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int count, char **words) {
  memset(malloc(8000000), 1, 8000000);
  for (int left = atoi(words[1]); left > 0; left--) {
    pid_t child = fork();
    if (child == 0) _exit(0);
    waitpid(child, NULL, 0);
  }
  return 0;
}
`,
)

for (const concurrency of [1, 2, 4]) await measureCalls(concurrency)
await measureChildProcess()
measureFloor()
rmSync(folder, { recursive: true })

async function measureCalls(concurrency) {
  const { add, close } = limitModule(pathToFileURL(module), { isolation, concurrency, ...limits })
  for (let i = 0; i < 100; i++) await add(1, 2) // the host's own code is compiled by then
  tell(`stint, isolation ${isolation}`, concurrency, await timed(calls, concurrency, () => add(1, 2)))
  await close()
}

async function measureChildProcess() {
  const way = async () => {
    const child = fork(join(folder, 'child.mjs'))
    child.send([1, 2])
    await once(child, 'message')
    await once(child, 'close')
  }
  tell('child_process.fork', 2, await timed(Math.min(60, calls), 2, way))
}

function measureFloor() {
  const program = join(folder, 'floor')
  execFileSync(process.env.CC ?? 'cc', ['-O2', '-o', program, join(folder, 'floor.c')])
  const started = performance.now()
  execFileSync(program, ['1000'])
  console.log(`bare fork and wait, 8 MB: mean ${((performance.now() - started) / 1000).toFixed(2)} ms`)
}

async function timed(count, concurrency, way) {
  const times = []
  let left = count
  const lane = async () => {
    while (left-- > 0) {
      const started = performance.now()
      await way()
      times.push(performance.now() - started)
    }
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: concurrency }, lane))
  return { times, seconds: (performance.now() - started) / 1000 }
}

function tell(name, concurrency, { times, seconds }) {
  const { median, p99, n } = summary(times)
  console.log(`${name}, ${concurrency} at once: median ${median} ms, p99 ${p99} ms, ${(n / seconds).toFixed(0)} calls/s`)
}
