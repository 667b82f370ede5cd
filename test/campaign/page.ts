// docs/reliability.md: the last full run.
import { readFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { root } from '../support/paths.js'
import { PASS } from './scenario.js'
import { type Cell, type Counts, type Failure, repeating, rowsOf, sumOf, type Tally } from './tally.js'

export const PAGE = join(root, 'docs/reliability.md')
const MOST_FAILURES = 30
const counted = ({ right, wrong, late, leftover }: Counts) => `${right} / ${wrong} / ${late} / ${leftover}`

export function pageOf(tally: Tally, sources: string): string {
  const { totals, cells, seeds, seconds, loads, count } = tally
  return `# Reliability

What the campaign (\`npm run campaign\`) says. It runs every row below in random order, as root and as a user without privileges that
nobody else is, with isolation 'exec' and 'fork', many at once, and grades each repetition:

* **right**: kind, reason, certainty and figures are what really happened, and nothing was alive when the outcome was in hand;
* **wrong**: any of it was untrue, or there was no outcome;
* **late**: true, but later than limit + grace + 50 ms (CPU: 5 ms + 1 % on the worker's own clock, 10 ms + 2 % on the tree's), after
  what the scheduler was late itself: a thread that sleeps two milliseconds at a time measures that beside each repetition, and how many
  others wanted a core; or in hand more than a quarter of a second later, after what the host's own loop was late, which has other turns;
* **leftover**: true, but something of the job was alive, or the host held more descriptors, files or processes than before.

Rows called "killed" kill the host, the keeper, the template or the worker at a random moment, and then ask whether the host's next
call works. Cores are loaded by six turns for each of them that overlap: they are never idle; in one repetition of eight there is one
turn for each core. How late endings are on a machine that does nothing else is measured
by \`node bench/lateness.mjs\` (below).

Written on ${new Date().toISOString().slice(0, 10)}: ${count} repetitions in ${Math.round(seconds / 60)} minutes (${Object.entries(
    loads,
  )
    .map(([load, number]) => `${load}: ${number}`)
    .join(', ')}), of each row at least ${leastOf(cells, ({ scenario }) => scenario)}, of each row,
isolation and user at least ${leastOf(cells, ({ scenario, isolation, user }) => `${scenario} ${isolation} ${user}`)}. Sources ${sources} (of native/ and of lib/ without its command line), Node ${process.version}, Linux ${release()}, ${cpus().length} cores${model()}.
Seed${seeds.length > 1 ? 's' : ''} ${seeds.join(', ')}: \`npm run campaign -- --seed ${seeds.at(-1)}\` has its rows in the same order again.

Each cell: right / wrong / late / leftover.

## Functions

${table(cells, ['exec root', 'exec plain', 'fork root', 'fork plain'])}

## Commands and hosts

${table(cells, ['- root', '- plain'])}

All: ${counted(totals)} (late: ${((100 * totals.late) / count).toFixed(3)} %).

${failuresText(tally.failures)}
${writtenByHand()}`
}

/** Of the cells that are counted together, those that have fewest repetitions: how many. */
function leastOf(cells: readonly Cell[], together: (cell: Cell) => string): number {
  const sums = new Map<string, number>()
  for (const cell of cells.filter(isOfRow)) {
    const { right, wrong, late, leftover } = cell.counts
    sums.set(together(cell), (sums.get(together(cell)) ?? 0) + right + wrong + late + leftover)
  }
  return Math.min(...sums.values())
}

/** What people added to the page stays: all from its first heading of theirs on. */
function writtenByHand(): string {
  const before = readFileSync(PAGE, 'utf8')
  const at = before.indexOf('\n## Found and mended')
  return at < 0 ? '' : before.slice(at)
}

/** Rows of cells of those columns ("isolation user"); rows that have none of them are left out. */
function table(cells: readonly Cell[], columns: readonly string[]): string {
  const here = cells.filter(({ isolation, user }) => columns.includes(`${isolation} ${user}`))
  const cell = (each: readonly Cell[], column: string) => {
    const found = each.filter(({ isolation, user }) => `${isolation} ${user}` === column)
    return found.length === 0 ? '-' : counted(sumOf(found))
  }
  const line = (name: string, each: readonly Cell[]) =>
    `| ${[name, ...columns.map((column) => cell(each, column))].join(' | ')} |`
  return [
    `| scenario | ${columns.map((column) => column.replace('- ', '')).join(' | ')} |`,
    `| --- |${' ---: |'.repeat(columns.length)}`,
    ...rowsOf(here).map(([name, each]) => line(name, each)),
    line('**all**', here),
  ].join('\n')
}

function failuresText(failures: readonly Failure[]): string {
  if (failures.length === 0) return 'Nothing failed.'
  const told = failures.slice(0, MOST_FAILURES).map(failureText)
  const more = failures.length > MOST_FAILURES ? [`* and ${failures.length - MOST_FAILURES} more`] : []
  return `## What failed\n\n${[...told, ...more].join('\n')}`
}

function failureText(failure: Failure): string {
  return `* ${failure.scenario}: ${failure.grade}, ${(failure.note ?? '').replace(/[\n|]/g, ' ').slice(0, 160)}\n  \`${repeating(failure)}\``
}

/** What is looked at once in a pass is no row of its own. */
function isOfRow({ scenario }: Cell): boolean {
  return scenario !== PASS.name && !scenario.startsWith('the host ends')
}

function model(): string {
  const name = /^model name\s*:\s*(.+)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]
  return name ? ` (${name})` : ''
}
