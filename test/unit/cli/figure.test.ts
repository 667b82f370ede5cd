import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Figure, panelsOf, timeAxisOf } from '#lib/cli/plot/figure.js'
import { asSvg } from '#lib/cli/plot/svg.js'

const moment = (time: number, memory: number, cpuTime: number, processes: number) => ({
  time,
  memory,
  data: memory,
  cpuTime,
  processes,
})

function figureOf(last: ReturnType<typeof moment>, limits: Figure['limits'] = {}): Figure {
  return { title: 'job', subtitle: 'how it ended', runs: [[moment(0, 0, 0, 1), last]], limits, limitName: 'limit' }
}

const told = (figure: Figure) => panelsOf(figure).map(({ title, peakText, limitText }) => [title, peakText, limitText])

describe('a picture of a run', () => {
  it('tells memory in the units of its limit, as the line on stderr does', () => {
    const last = moment(3000, 250e6, 1200, 4)
    assert.deepEqual(told(figureOf(last, { memory: 256e6, cpuTime: 2000, processes: 8 })), [
      ['Memory (MB)', 'peak 250 MB', 'limit 256 MB'],
      ['CPU time (s)', 'peak 1.2 s', 'limit 2 s'],
      ['Processes', 'peak 4', 'limit 1 + 8'],
    ])
    assert.equal(told(figureOf(last, { memory: 256 * 2 ** 20 }))[0]?.join(), 'Memory (MiB),peak 238.4 MiB,limit 256 MiB')
  })

  it('has axes in units that suit small figures, whatever the limits are', () => {
    const figure = figureOf(moment(40, 300 * 1024, 4, 1), { memory: 2 ** 30, cpuTime: 60_000, wallTime: 60_000 })
    assert.deepEqual(told(figure), [
      ['Memory (KiB)', 'peak 300 KiB', 'limit 1 GiB (off the chart)'],
      ['CPU time (ms)', 'peak 4 ms', 'limit 60 s (off the chart)'],
      ['Processes', 'peak 1', ''],
    ])
    assert.deepEqual(timeAxisOf(figure), { unit: { name: 'ms', size: 1 }, span: 40 })
  })

  it('tells the peaks that the keeper counted, and has room for them, where looks have missed them', () => {
    const figure = { ...figureOf(moment(1000, 1e6, 10, 3)), counted: { memory: 2e6, processes: 20 } }
    const [memory, cpuTime, processes] = panelsOf(figure)
    assert.deepEqual([memory?.peakText, cpuTime?.peakText, processes?.peakText], ['peak 2 MB', 'peak 10 ms', 'peak 20'])
    assert.ok((processes?.top ?? 0) > 20)
  })

  it('counts long runs in minutes and hours', () => {
    const axis = (time: number) => timeAxisOf(figureOf(moment(time, 1, 1, 1)))
    assert.deepEqual(
      [axis(900_000).unit.name, axis(900_000).span, axis(72_000_000).unit.name, axis(72_000_000).span],
      ['min', 15, 'h', 20],
    )
  })

  it('has a legend for what is drawn, no more', () => {
    const legend = (figure: Figure) =>
      [...asSvg(figure).matchAll(/<g transform[^>]*>.*?<text[^>]*>([^<]*)<\/text><\/g>/g)].map(([, name]) => name)
    const last = moment(1000, 1e6, 10, 1)
    assert.deepEqual(legend(figureOf(last, { wallTime: 60_000 })), ['used'])
    assert.deepEqual(legend(figureOf(last, { wallTime: 1200 })).sort(), ['limit', 'used'])
    const end = { time: 1000, text: 'Timeout at 1 s', panel: 'wallTime' } as const
    assert.deepEqual(legend({ ...figureOf(last, { wallTime: 1000 }), end }).sort(), ['ended', 'limit', 'used'])
  })

  it('draws a run in which nothing was seen', () => {
    const svg = asSvg(figureOf(moment(0.02, 0, 0, 1)))
    assert.doesNotMatch(svg, /NaN|Infinity/)
  })
})
