// How late CPU limits of 300 ms are, by the keeper's sum alone, for a parent that ignores SIGCHLD: node bench/forgets.mjs
import { fixed, kept, lasted, MS } from '../out/support/kept.js'
import { on } from '../out/support/rungs.js'

const sum = { title: "the keeper's sum", without: ['cpu-cgroup'] }
const ROUNDS = 6

for (const each of [100, 25, 10, 5, 2]) {
  const ended = []
  for (let round = 0; round < ROUNDS; round++) {
    const plan = fixed('forgetful', [Math.round(8_000 / each), each], { cpuNs: 300 * MS, wallNs: 20_000 * MS })
    ended.push(lasted((await kept(on(sum, plan))).report).job)
  }
  ended.sort((a, b) => a - b)
  console.log(`children of ${each} ms: median ${ended[ROUNDS / 2].toFixed(0)} ms, worst ${ended[ROUNDS - 1].toFixed(0)} ms`)
}
