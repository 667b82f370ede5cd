// docs/reliability.md: the last full run.
import { readFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { type Counts, repeating, type Tally } from './tally.js'

const cells = ({ right, wrong, late, leftover }: Counts) => `${right} | ${wrong} | ${late} | ${leftover}`

export function pageOf(tally: Tally, seed: number, seconds: number): string {
  const { totals, rows, failures, passes } = tally
  const count = totals.right + totals.wrong + totals.late + totals.leftover
  return `# Reliability

What the campaign (\`npm run campaign\`) says. It runs every row below in random order, one repetition after the other, as root and
as a user without privileges, with idle and with loaded cores, and grades each repetition:

* **right**: kind, reason, certainty and figures are what really happened, and nothing was alive when the outcome was in hand;
* **wrong**: any of it was untrue, or there was no outcome;
* **late**: true, but later than limit + grace + 50 ms (CPU: 5 ms + 1 % on the worker's own clock, 10 ms + 2 % on the tree's), after
  what the scheduler was late itself: a thread that sleeps a millisecond at a time measures that beside each repetition;
* **leftover**: true, but something of the job was alive, or the host held more descriptors, files or processes than before.

Rows called "killed" kill the host, the keeper or the worker at a random moment, and then ask whether the host's next call works.

The last run written here: ${new Date().toISOString().slice(0, 10)}, seed ${seed}, ${count} repetitions in ${Math.round(seconds / 60)} minutes, Node ${process.version}, Linux ${release()},
${cpus().length} cores${model()}.

${[...passes].map(([kind, number]) => `* ${kind}: ${number}`).join('\n')}

| scenario | right | wrong | late | leftover |
| --- | ---: | ---: | ---: | ---: |
${[...rows]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, counts]) => `| ${name} | ${cells(counts)} |`)
  .join('\n')}
| **all** | ${cells(totals)} |

${
  failures.length === 0
    ? 'Nothing failed.'
    : `## What failed\n\n${failures
        .slice(0, 20)
        .map((each) => failureText(each, seed))
        .join('\n')}`
}
`
}

function failureText(failure: Parameters<typeof repeating>[0], seed: number): string {
  return `* ${failure.scenario}: ${failure.grade}, ${(failure.note ?? '').replace(/[\n|]/g, ' ').slice(0, 160)}\n  \`${repeating(failure, seed)}\``
}

function model(): string {
  const name = /^model name\s*:\s*(.+)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]
  return name ? ` (${name})` : ''
}
