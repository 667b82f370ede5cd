// The demo's rows: what runs, under which limits, and what must be said of it.
import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'
import { limitModule, spawnLimited } from 'stint'

const tasks = limitModule(new URL('./tasks.mjs', import.meta.url))
export const close = () => tasks.close()

const typescript = createRequire(import.meta.url).resolve('typescript') // 9 MB of JavaScript, as its makers compiled it
const hostileText = `${'a'.repeat(64)}!`
const bomb = () => gzipSync(Buffer.alloc(300_000_000), { level: 1 }) // 300 MB of zeros in 1.3 MB
const words = `tr -cs A-Za-z '\\n' < "$0" | sort | uniq -c | sort -rn | head -1`
// Each process starts two more, 2^8 in the end: enough to be a bomb, few enough that a broken limit spares the machine.
const forkBomb = 'bomb() { [ $1 -gt 7 ] && return; bomb $(($1 + 1)) & bomb $(($1 + 1)) & wait; }; bomb 0'
const daemon = 'setsid sh -c "sleep 300 & sleep 300" & echo served'

// What is out of memory first depends on what it is used for: V8's heap is full, the kernel refuses the process its next
// page, or the keeper's sum over the tree is over the limit.
const refused = ['data', 'heap', 'tree']

/** A call of a function in tasks.mjs. */
const call = (title, name, args, limits) => ({
  title,
  limits,
  run: () => tasks[name].with(limits).run(...args.map((arg) => (typeof arg === 'function' ? arg() : arg))),
})
/** A shell script; its $0 is the given file. */
const shell = (title, script, limits, file = 'sh') => ({
  title,
  limits,
  run: () => spawnLimited('sh', ['-c', script, file], limits).outcome,
})
const expecting = (row, kind, ...reasons) => ({ ...row, expected: { kind, reasons, certainty: 'certain' } })

export const rows = [
  expecting(
    call('parse typescript.js, 9 MB, inside its limits', 'countTokens', [typescript], { memory: '512MB', cpuTime: '30s' }),
    'Ok',
    'returned',
  ),
  expecting(
    call('  with too little memory', 'countTokens', [typescript], { memory: '64MB', cpuTime: '30s' }),
    'Memorylimit',
    ...refused,
  ),
  expecting(
    call('  with too little CPU', 'countTokens', [typescript], { memory: '512MB', cpuTime: '400ms' }),
    'CpuTimeout',
    'worker-clock',
  ),
  expecting(call('regular expression, friendly text', 'isSlug', ['a-friendly-text'], { cpuTime: '300ms' }), 'Ok', 'returned'),
  expecting(
    call('regular expression, hostile text', 'isSlug', [hostileText], { cpuTime: '300ms' }),
    'CpuTimeout',
    'worker-clock',
  ),
  expecting(call('decompression bomb, 1.3 MB to 300 MB', 'inflatedSize', [bomb], { memory: '100MB' }), 'Memorylimit', ...refused),
  expecting(call('a Map that grows', 'growMap', [], { memory: '100MB' }), 'Memorylimit', ...refused),
  expecting(call('a list of buffers that grows', 'growBuffers', [], { memory: '100MB' }), 'Memorylimit', ...refused),
  expecting(call('endless loop in WebAssembly', 'spinInWebAssembly', [], { wallTime: '500ms' }), 'Timeout', 'wall'),
  expecting(call('a native call that never returns', 'derive', [], { wallTime: '500ms' }), 'Timeout', 'wall'),
  expecting(shell('pipeline over typescript.js', words, { processes: 5, memory: '512MB' }, typescript), 'Ok', 'exited'),
  expecting(shell('  with too few processes', words, { processes: 3, memory: '512MB' }, typescript), 'Subprocess', 'denied'),
  expecting(
    shell('pipeline whose grandchildren sleep', 'sleep 300 | (sleep 300 & sleep 300)', { wallTime: '500ms' }),
    'Timeout',
    'wall',
  ),
  expecting(shell('fork bomb', forkBomb, { processes: 20, wallTime: '20s' }), 'Subprocess', 'denied'),
  expecting(shell('a daemon is left behind', daemon, { wallTime: '10s' }), 'Ok', 'exited'),
]
