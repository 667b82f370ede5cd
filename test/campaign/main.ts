// `npm run campaign`: starts the runners, adds up what they say, prints the table.
//   --minutes 10       no further turn begins after that (default 10)
//   --repetitions N    passes over all rows for each user and load (default: as many as fit)
//   --seed S           order and random moments follow from it (default: random); --first N begins with repetition N
//   --only TEXT        rows whose name has this in it; may be repeated
//   --users root,plain --isolations exec,fork --loads idle,loaded
//   --lanes N          hosts at once for each user (default 1)
//   --write            the result becomes docs/reliability.md
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { ISOLATIONS } from '../support/isolations.js'
import { root } from '../support/paths.js'
import { type Invocation, isRoot, type PlainUser, plainUser } from '../support/plain-user.js'
import { allPrograms } from '../support/programs.js'
import { makeBounds } from './bounds.js'
import { pageOf } from './page.js'
import type { Line, Order } from './scenario.js'
import { repeating, Tally, tableOf } from './tally.js'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    repetitions: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    first: { type: 'string', default: '1' },
    only: { type: 'string', multiple: true, default: [] },
    users: { type: 'string', default: isRoot ? 'root,plain' : 'plain' },
    isolations: { type: 'string', default: ISOLATIONS.join(',') },
    loads: { type: 'string', default: 'idle,loaded' },
    lanes: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
})

const SCRIPT = 'out/campaign/runner.js'
const started = Date.now()
const tally = new Tally()
const bounds = makeBounds()

/** One host that runs its order to the end. */
async function run(user: string, { command, cwd, env }: Invocation): Promise<void> {
  const [file = '', ...args] = [...bounds.before, ...command]
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'ignore'] })
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => heard(user, JSON.parse(line) as Line))
  const code = await new Promise((resolve) => child.once('close', (status, signal) => resolve(status ?? signal)))
  if (code !== 0)
    heard(user, { scenario: 'the host ends by itself', isolation: '-', repetition: 0, loaded: false, ...died(code) })
}

function died(code: unknown): Pick<Line, 'grade' | 'note'> {
  return { grade: 'wrong', note: `the runner ended with ${String(code)}` }
}

function heard(user: string, line: Line): void {
  tally.add(user, line)
  if (line.grade === 'right') return
  console.log(`${line.grade}: ${line.scenario} (${user}, ${line.isolation}, ${line.loaded ? 'loaded' : 'idle'})`)
  console.log(`  ${line.note?.slice(0, 600)}\n  ${repeating({ ...line, user }, Number(values.seed))}`)
}

function orderOf(lane: number, until: number): Order {
  return {
    seed: Number(values.seed) + lane * 7919,
    first: Number(values.first),
    repetitions: Number(values.repetitions),
    until,
    only: values.only,
    isolations: values.isolations.split(',') as unknown as Order['isolations'],
    loads: values.loads.split(',') as unknown as Order['loads'],
  }
}

/** As this user: where that is not root, a plain user that is nobody else. */
async function runAs(user: string, until: number, plain: PlainUser | undefined): Promise<void> {
  const lanes = Array.from({ length: Number(values.lanes) }, (_, lane) => {
    const args = [JSON.stringify(orderOf(lane, until))]
    const own: Invocation = { command: [process.execPath, join(root, SCRIPT), ...args], cwd: root, env: process.env }
    return run(user, plain ? plain.invocation(SCRIPT, args) : own)
  })
  await Promise.all(lanes)
}

allPrograms()
const users = values.users.split(',')
console.log(`campaign: seed ${values.seed}, ${values.minutes} minutes, as ${users.join(' and ')}`)
for (const [index, user] of users.entries()) {
  const plain = isRoot && user === 'plain' ? plainUser() : undefined
  const share = (Number(values.minutes) * 60_000 * (index + 1)) / users.length
  await runAs(user, started + share, plain)
  plain?.remove()
}
await bounds.remove()

console.log(tableOf(tally))
const { wrong, leftover } = tally.totals
console.log(`seed ${values.seed}, ${((Date.now() - started) / 60_000).toFixed(1)} minutes`)
if (values.write)
  writeFileSync(join(root, 'docs/reliability.md'), pageOf(tally, Number(values.seed), (Date.now() - started) / 1000))
process.exitCode = wrong + leftover > 0 ? 1 : 0
