import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { asFlags, asTypeScript, suggest } from '#lib/cli/suggest.js'
import { Timeline } from '#lib/cli/timeline.js'

const mebibyte = 1024 ** 2
const run = { memory: 100 * mebibyte, data: 50 * mebibyte, cpuTime: 400, wallTime: 2100, processes: 3 }

describe('suggest', () => {
  it('goes a margin above the highest figure, times by twice that, and rounds up', () => {
    assert.deepEqual(suggest([run, { ...run, memory: 90 * mebibyte }], 1.5), {
      memory: '160MiB',
      cpuTime: '2s',
      wallTime: '7s',
      processes: 3,
    })
  })

  it('is above the data segment too, which the kernel counts', () => {
    assert.equal(suggest([{ ...run, data: 700 * mebibyte }], 1).memory, '704MiB')
  })

  it('allows no process where there was none', () => {
    assert.equal(suggest([{ ...run, processes: 1 }], 2).processes, 0)
  })

  it('can be pasted into a shell and into TypeScript', () => {
    const suggestion = suggest([run], 1)
    assert.equal(asFlags(suggestion), '--memory 112MiB --cpu-time 800ms --wall-time 5s --processes 2')
    assert.equal(
      asTypeScript(suggestion, ['sh', '-c', "echo 'a'"]),
      "spawnLimited('sh', ['-c', 'echo \\'a\\''], { memory: '112MiB', cpuTime: '800ms', wallTime: '5s', processes: 2 })",
    )
  })
})

describe('Timeline', () => {
  it('stays small however long the job is, and keeps the peaks and the end', () => {
    const timeline = new Timeline()
    for (let time = 0; time < 20_001; time++) {
      timeline.add({ time, memory: time === 777 ? 9e9 : 1, data: 2, cpuTime: time, processes: time === 12_345 ? 99 : 1 })
    }
    assert.ok(timeline.moments.length <= 2000)
    assert.deepEqual(timeline.peak(), { memory: 9e9, data: 2, cpuTime: 20_000, processes: 99 })
    assert.ok((timeline.moments.at(-1)?.time ?? 0) > 19_000)
    const times = timeline.moments.map(({ time }) => time)
    assert.deepEqual(
      times,
      [...times].sort((a, b) => a - b),
    )
  })
})
