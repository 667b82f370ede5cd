// The rows as a page, and as text for a terminal.
import { existsSync, readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'

/** What each group is about, for people; a group without a note has none. */
const notes = {
  'fresh call':
    'A trivial function, one call after the other, each in a fresh process with every limit set, until the outcome (the worker is reaped by then). Rows of pools that reuse a thread or a process are there for scale: the next call sees what the last one left.',
  'first call in a new host': 'Whole processes, from start to end: import, first call, close.',
  'command line': 'Whole processes. What `stint run` adds is told part by part in [the command line](cli.md#start-up).',
  '64 MB there': 'A Buffer as argument; the job reads a byte of each page. On top of a call that carries nothing.',
  '64 MB back': 'A Buffer as value. On top of a call that carries nothing, and of what the job itself spends on making it.',
}

export function asMarkdown(rows, date) {
  const groups = [...new Set(rows.map(({ group }) => group))]
  return `# Benchmarks

\`npm run bench\` measures it, part by part, each row in the same part and process as what it is compared to, and writes this page.
Absolute times are those of one machine and drift with its load; ratios count.

${machine()}, ${date}. Times in milliseconds unless said, medians and 99th percentiles over n.

![Fresh calls, calls per second, and 64 MB there and back, beside what else there is](benchmarks.svg)

${groups
  .map((group) =>
    section(
      group,
      rows.filter((row) => row.group === group),
    ),
  )
  .join('\n')}`
}

export function asText(rows) {
  const width = Math.max(...rows.map(({ name }) => name.length))
  const groups = [...new Set(rows.map(({ group }) => group))]
  const lines = (group) =>
    rows
      .filter((row) => row.group === group)
      .map(
        ({ name, median, p99, unit }) =>
          `  ${name.padEnd(width)} ${figure(median).padStart(9)} ${figure(p99).padStart(9)} ${unit}`,
      )
  return groups.flatMap((group) => [group, ...lines(group)]).join('\n')
}

function section(group, rows) {
  const note = notes[group] === undefined ? '' : `${notes[group]}\n\n`
  const perSecond = rows[0].unit === 'calls/s'
  const head = perSecond ? '| | calls/s |\n| --- | ---: |' : '| | median | p99 | n |\n| --- | ---: | ---: | ---: |'
  const cells = ({ name, ours, median, p99, n }) => {
    const title = ours ? `**${name}**` : name
    return perSecond ? `| ${title} | ${figure(median)} |` : `| ${title} | ${figure(median)} | ${figure(p99)} | ${n} |`
  }
  return `## ${group[0].toUpperCase()}${group.slice(1)}\n\n${note}${head}\n${rows.map(cells).join('\n')}\n`
}

/** Three digits, as far as they say something. */
export function figure(value) {
  if (value === undefined) return ''
  const size = Math.abs(value)
  return size >= 1000
    ? Math.round(value).toLocaleString('en-US')
    : value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 3)
}

function machine() {
  const [first] = cpus()
  const versions = ['execa', 'isolated-vm', 'piscina', 'tinypool', 'workerpool'].flatMap(versionOf)
  return `${cpus().length} cores (${first.model.trim()}), ${Math.round(totalmem() / 1e9)} GB, Linux ${release().split('-')[0]}, Node ${process.versions.node}; ${versions.join(', ')}`
}

function versionOf(name) {
  const path = new URL(`others/node_modules/${name}/package.json`, import.meta.url)
  const built = name !== 'isolated-vm' || existsSync(new URL(`others/node_modules/${name}/out/isolated_vm.node`, import.meta.url))
  return existsSync(path) && built ? [`${name} ${JSON.parse(readFileSync(path, 'utf8')).version}`] : []
}
