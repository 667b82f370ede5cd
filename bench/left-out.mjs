// What the rungs that stint does not use would cost and bring (docs/design.md, section 5): needs root and groups of v1.
//   node bench/left-out.mjs
import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnLimited } from 'stint'
import { program } from '../out/support/programs.js'
import { summary } from './measure.mjs'

const binary = join(tmpdir(), `stint-left-out-${process.pid}`)
execFileSync(process.env.CC ?? 'cc', ['-O2', '-o', binary, new URL('left-out.c', import.meta.url).pathname])
const comets = [program('comets'), '20', '8000']
const [memory, freezer] = ['memory', 'freezer'].map((name) => `/sys/fs/cgroup/${name}`)

function measure(title, [way, rounds], folder = '/', more = []) {
  try {
    if (folder !== '/') accessSync(folder, constants.W_OK)
    const printed = execFileSync(binary, [way, String(rounds), folder, ...more], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    console.log(JSON.stringify({ title, unit: 'ms', ...summary(printed.trim().split('\n').map(Number)) }))
  } catch (error) {
    console.log(JSON.stringify({ title, missing: String(error.stderr || error.message).trim() }))
  }
}

/** The way that is used: from the wall limit to the end of all comets. */
async function ours(title, without, count = '20') {
  process.env.STINT_WITHOUT = without
  const seen = []
  for (let round = 0; round < 10; round++) {
    const outcome = await spawnLimited(comets[0], [count, '8000'], { wallTime: 300, cpuTime: '60s' }).outcome
    if (outcome.kind !== 'Timeout') throw new Error(JSON.stringify(outcome))
    seen.push(outcome.wallTime - 300)
  }
  console.log(JSON.stringify({ title, unit: 'ms', ...summary(seen) }))
}

measure('a process that touches 256 kB', ['plain', 300])
measure('the same in a memory group of its own (v1)', ['group', 300], memory)
measure('the same in a prepared memory group (v1)', ['pool', 300], memory)
measure('the same in a pid namespace', ['namespace', 300])
measure('20 comets, ended with their pid namespace', ['end-namespace', 10], '/', comets)
measure("20 comets, ended in v1's freezer", ['end-freezer', 10], freezer, comets)
await ours("20 comets, ended by stint's subreaper", 'cgroup-kill,unified,memory,cpuacct,pids')
await ours("20 comets, ended by stint in v2's group", '')
await ours("60 comets, ended by stint's subreaper", 'cgroup-kill,unified,memory,cpuacct,pids', '60')
