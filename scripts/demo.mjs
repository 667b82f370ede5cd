// `npm run demo`: real input run into its limits. Each row says what was expected of it; any difference is exit code 1.
import { close, rows } from './demo/rows.mjs'
import { megabytes, milliseconds, table } from './demo/table.mjs'

const { head, line } = table([
  { title: '', width: 1 },
  { title: 'what', width: 44 },
  { title: 'limits', width: 27 },
  { title: 'kind', width: 11 },
  { title: 'reason', width: 12 },
  { title: 'certainty', width: 9 },
  { title: 'wall', width: 8, right: true },
  { title: 'CPU', width: 8, right: true },
  { title: 'peak memory', width: 11, right: true },
  { title: 'where' },
])

console.log(`stint demo, Node ${process.version}, uid ${process.getuid()}\n`)
console.log(head())
const differences = []
for (const row of rows) show(row, await row.run())
await close()

console.log(`\n${rows.length - differences.length} of ${rows.length} as expected`)
for (const difference of differences) console.log(difference)
process.exitCode = differences.length > 0 ? 1 : 0

function show({ title, limits, expected }, outcome) {
  const { kind, reason, certainty, wallTime, usage } = outcome
  const right = kind === expected.kind && expected.reasons.includes(reason) && certainty === expected.certainty
  const figures = [milliseconds(wallTime), milliseconds(usage.cpuTime), megabytes(usage.peakMemory)]
  console.log(line([right ? '✓' : '✗', title, limitsText(limits), kind, reason, certainty, ...figures, place(outcome)]))
  if (right) return
  const wanted = `${expected.kind}/${expected.reasons.join(' or ')}/${expected.certainty}`
  differences.push(
    `✗ ${title.trim()}: ${kind}/${reason}/${certainty} instead of ${wanted}${outcome.error ? `: ${outcome.error.message}` : ''}`,
  )
}

function limitsText(limits) {
  return Object.entries(limits)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
}

/** The innermost frame of the demo's own code, or what was left behind, or what came out. */
function place({ where, usage, value, stdout }) {
  const frames = where?.split('\n') ?? []
  const frame = frames.find((each) => each.includes('tasks.mjs')) ?? frames[0]
  if (frame) return frame.replace(/\(\S*\//, '(')
  if (usage.leftovers > 0) return `${usage.leftovers} left, ended`
  return value === undefined ? (stdout ?? '').trim() : JSON.stringify(value)
}
