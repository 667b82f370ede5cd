// spawnLimited('/bin/true') until its outcome beside child_process.spawn, and how long each call blocks the event loop; in a host as
// it is, and in one that holds 1 GB. bench/spawn.mjs measures; the ways that have no place there follow.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { inTurn, rounds, tell, tellAll } from '../measure.mjs'
import { byExeca } from '../others/contestants.mjs'

const script = fileURLToPath(new URL('../spawn.mjs', import.meta.url))
const { stdout, status, stderr } = spawnSync(process.execPath, [script, String(rounds(200))], { encoding: 'utf8' })
if (status !== 0) throw new Error(stderr)
const rows = stdout
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))
for (const { name, resident, median, p99, blocked, blocked99 } of rows) {
  const host = resident > 900 ? ', host of 1 GB' : ''
  const [label, ours] = name.startsWith('spawnLimited') ? [`stint, ${name}`, true] : [name, false]
  tell(`/bin/true${host}`, label, { median, p99, n: rounds(200) }, { ours })
  tell(`event loop blocked by the launch${host}`, label, { median: blocked, p99: blocked99, n: rounds(200) }, { ours })
}

const others = { 'prlimit in front, child_process.spawn': () => exitOf('prlimit', ['--as=1000000000', '--cpu=10', '/bin/true']) }
const execa = await byExeca()
if (execa !== undefined) others.execa = () => execa('/bin/true')
tellAll('/bin/true', await inTurn(others, rounds(200), 10))

async function exitOf(file, args) {
  await once(spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] }), 'close')
}
