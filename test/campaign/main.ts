// `npm run campaign`: starts the runners, adds up what they say, prints the table.
//   --seconds 300      no further turn begins after that
//   --repetitions N    turns of each row for each user (default: as many as fit); most have loaded cores, one of eight idle ones
//   --seed S           order and random moments follow from it (default: random); --first N begins with repetition N
//   --rows NAME        rows of that name, or with it in their names; may be repeated
//   --users root,plain --isolation exec,fork --loads idle,loaded (each next repetition of a row has the next isolation)
//   --lanes N          turns at once in a host while cores are loaded (default: six for each core)
//   --hosts N          hosts for rows that want one for themselves (default: one for two cores)
//   --write            the result, with that of earlier such runs of the same sources, becomes docs/reliability.md
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { root } from '../support/paths.js'
import { type Invocation, isRoot, type PlainUser, plainUser } from '../support/plain-user.js'
import { allPrograms } from '../support/programs.js'
import { makeBounds } from './bounds.js'
import { PAGE, pageOf } from './page.js'
import type { Line, Order } from './scenario.js'
import { countsFile, sourcesHash } from './sources.js'
import { repeating, Tally, tableOf } from './tally.js'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    repetitions: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    first: { type: 'string', default: '1' },
    rows: { type: 'string', multiple: true, default: [] },
    users: { type: 'string', default: isRoot ? 'root,plain' : 'plain' },
    isolation: { type: 'string', default: 'exec,fork' },
    loads: { type: 'string', default: 'idle,loaded' },
    lanes: { type: 'string', default: String(availableParallelism() * 6) },
    hosts: { type: 'string', default: String(Math.ceil(availableParallelism() / 2)) },
    write: { type: 'boolean', default: false },
  },
})

const SCRIPT = 'out/campaign/runner.js'
const seed = Number(values.seed)
const started = Date.now()
const file = values.write ? countsFile() : undefined
const tally = new Tally(file)
const before = tally.count
const bounds = makeBounds()

/** One host that runs its order to the end. */
async function run(user: string, { command, cwd, env }: Invocation): Promise<void> {
  const [file = '', ...args] = [...bounds.before, ...command]
  const { NODE_EXTRA_CA_CERTS: _, ...rest } = env // Node 20 reads them whenever it starts: most of its boot, a hundred times a second
  const child = spawn(file, args, { cwd, env: rest, stdio: ['ignore', 'pipe', 'ignore'] })
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => heard(user, JSON.parse(line) as Line))
  const code = await new Promise((resolve) => child.once('close', (status, signal) => resolve(status ?? signal)))
  if (code === 0) return
  const note = `the runner ended with ${String(code)}`
  heard(user, { scenario: 'the host ends by itself', isolation: '-', repetition: 0, load: 'idle', grade: 'wrong', note })
}

function heard(user: string, line: Line): void {
  tally.add({ ...line, user, seed })
  if (line.grade === 'right') return
  console.log(`${line.grade}: ${line.scenario} (${user}, ${line.isolation}, ${line.load})`)
  console.log(`  ${line.note?.slice(0, 900)}\n  ${repeating({ ...line, user, seed })}`)
}

/** One host for all rows that need none for themselves, and some among which the others are dealt out. */
function ordersOf(until: number): Order[] {
  const first = Number(values.first)
  const repetitions = Number(values.repetitions)
  const common = {
    seed,
    until,
    rows: values.rows,
    isolations: values.isolation.split(',') as unknown as Order['isolations'],
    loads: values.loads.split(',') as unknown as Order['loads'],
  }
  const hosts = Math.min(Number(values.hosts), repetitions)
  const alone = Array.from({ length: hosts }, (_, index): Order => {
    const share = Math.ceil((repetitions - index) / hosts)
    return { ...common, first: first + index, step: hosts, repetitions: share, lanes: 1, alone: true }
  })
  return [{ ...common, first, step: 1, repetitions, lanes: Number(values.lanes), alone: false }, ...alone]
}

/** As this user: where that is not root, a plain user that is nobody else. */
async function runAs(user: string, until: number, plain: PlainUser | undefined): Promise<void> {
  const hosts = ordersOf(until).map((order) => {
    const args = [JSON.stringify(order)]
    const own: Invocation = { command: [process.execPath, join(root, SCRIPT), ...args], cwd: root, env: process.env }
    return run(user, plain ? plain.invocation(SCRIPT, args) : own)
  })
  await Promise.all(hosts)
}

allPrograms()
const users = values.users.split(',')
console.log(`campaign: seed ${seed}, ${values.seconds} seconds, as ${users.join(' and ')}`)
for (const [index, user] of users.entries()) {
  const plain = isRoot && user === 'plain' ? plainUser() : undefined
  const share = (Number(values.seconds) * 1_000 * (index + 1)) / users.length
  await runAs(user, started + share, plain)
  plain?.remove()
}
await bounds.remove()

const seconds = (Date.now() - started) / 1_000
const { wrong, leftover } = tally.totals
tally.seconds += seconds
if (!tally.seeds.includes(seed)) tally.seeds.push(seed)
console.log(tableOf(tally))
const rate = (tally.count - before) / seconds
console.log(`seed ${seed}, ${seconds.toFixed(0)} seconds, ${rate.toFixed(1)} turns a second`)
if (file !== undefined) {
  tally.save(file)
  writeFileSync(PAGE, pageOf(tally, sourcesHash()))
}
process.exitCode = wrong + leftover > 0 ? 1 : 0
