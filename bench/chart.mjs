// The groups that decide, as bars: one panel each, logarithmic, since the figures lie two orders of magnitude apart.
import { scaleLog } from 'd3-scale'
import { figure } from './page.mjs'

const width = 880
const left = 330
const right = width - 100
const bar = { height: 16, gap: 8 }
const ink = {
  text: '#1f2328',
  soft: '#656d76',
  grid: '#e6e8eb',
  ours: '#0969da',
  theirs: '#afb8c1',
  card: '#ffffff',
  border: '#d0d7de',
}
const font = "-apple-system,'Segoe UI',Helvetica,Arial,'DejaVu Sans',sans-serif"
const panels = [
  { group: 'fresh call', title: 'One call in a fresh process, until its outcome (ms)', better: 'less is better' },
  { group: 'calls a second, 2 at once', title: 'Calls per second, two at once', better: 'more is better' },
  { group: '64 MB there', title: '64 MB to the job (ms)', better: 'less is better' },
  { group: '64 MB back', title: '64 MB back (ms)', better: 'less is better' },
]

export function asChart(rows) {
  let top = 58
  const drawn = panels.flatMap((panel) => {
    const own = rows
      .filter((row) => row.group === panel.group)
      .sort((a, b) => (panel.better === 'less is better' ? a.median - b.median : b.median - a.median))
    const text = drawPanel(panel, own, top)
    top += 52 + own.length * (bar.height + bar.gap) + 26
    return text
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" width="${width}" height="${top}" font-family="${font}" font-size="13" fill="${ink.text}" role="img" aria-label="Benchmarks of stint beside other ways to run a call">`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${top - 1}" rx="8" fill="${ink.card}" stroke="${ink.border}"/>`,
    `<text x="24" y="34" font-size="17" font-weight="600">stint beside other ways to run a call</text>`,
    `<text x="${width - 24}" y="34" font-size="12" text-anchor="end" fill="${ink.soft}">medians; logarithmic scales; blue: stint</text>`,
    ...drawn,
    '</svg>\n',
  ].join('\n')
}

function drawPanel({ title, better }, rows, top) {
  const values = rows.map(({ median }) => Math.max(median, 0.01))
  const x = scaleLog([10 ** Math.floor(Math.log10(Math.min(...values))), Math.max(...values) * 1.1], [left, right])
  const first = top + 34
  const bottom = first + rows.length * (bar.height + bar.gap)
  const decades = Math.log10(x.domain()[1] / x.domain()[0])
  const ticks = x.ticks().filter((tick) => (decades < 2 ? /^[0.]*[125]0*$/ : /^[0.]*10*$/).test(String(tick)))
  return [
    `<text x="24" y="${top + 18}" font-weight="600">${title}</text><text x="${right}" y="${top + 18}" font-size="12" text-anchor="end" fill="${ink.soft}">${better}</text>`,
    ...ticks.map(
      (tick) =>
        `<path d="M${round(x(tick))} ${first - 6}V${bottom}" stroke="${ink.grid}"/><text x="${round(x(tick))}" y="${bottom + 14}" font-size="12" text-anchor="middle" fill="${ink.soft}">${tick.toLocaleString('en-US')}</text>`,
    ),
    ...rows.map((row, index) => drawBar(row, x, first + index * (bar.height + bar.gap))),
  ]
}

function drawBar({ name, ours, median }, x, y) {
  const end = round(x(Math.max(median, 0.01)))
  const middle = y + bar.height - 4
  return `<text x="${left - 10}" y="${middle}" font-size="12" text-anchor="end"${ours ? ' font-weight="600"' : ''}>${name.replaceAll('&', '&amp;')}</text><rect x="${left}" y="${y}" width="${Math.max(1, end - left)}" height="${bar.height}" rx="2" fill="${ours ? ink.ours : ink.theirs}"/><text x="${end + 6}" y="${middle}" font-size="12" fill="${ink.soft}" stroke="${ink.card}" stroke-width="4" paint-order="stroke">${figure(median)}</text>`
}

function round(value) {
  return Math.round(value * 10) / 10
}
