// A figure in the terminal: each panel as columns of eighth blocks.
import { type Figure, type Panel, panelsOf, timeAxisOf } from './figure.js'

const blocks = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
const rows = 5
const margin = 12

/** Text of `width` columns at most, without colours. Of several runs, the highest figure of each moment. */
export function asChart(figure: Figure, width: number): string {
  const columns = Math.max(20, Math.min(width, 100) - margin - 2)
  const { span, unit } = timeAxisOf(figure)
  const panels = panelsOf(figure).map((panel) => drawPanel(panel, columns, span))
  const end = `${Number(span.toPrecision(3))} ${unit.name}`
  return `${panels.join('\n')}${' '.repeat(margin)} 0${end.padStart(columns - 1)}\n`
}

function drawPanel(panel: Panel, columns: number, span: number): string {
  const heights = heightsOf(panel, columns, span)
  const limitRow = panel.limit === undefined ? -1 : Math.min(rows - 1, Math.floor((panel.limit / panel.top) * rows))
  const lines = Array.from({ length: rows }, (_, index) => {
    const row = rows - 1 - index
    const label = row === rows - 1 ? String(Number(panel.top.toPrecision(2))) : row === 0 ? '0' : ''
    const cells = heights.map((height) => {
      const part = Math.max(0, Math.min(8, Math.round((height * rows - row) * 8)))
      return part === 0 && row === limitRow ? '╌' : (blocks[part] ?? ' ')
    })
    return `${label.padStart(margin - 1)} │${cells.join('')}`
  })
  const title = `${panel.title}  ${[panel.peakText, panel.limitText].filter((text) => text !== '').join(', ')}`
  return `${title}\n${lines.join('\n')}\n${' '.repeat(margin)}└${'─'.repeat(columns)}\n`
}

/** From 0 to 1: the highest figure in each column; a column between two moments keeps the earlier one's. */
function heightsOf({ lines, top }: Panel, columns: number, span: number): number[] {
  const heights = new Array<number>(columns).fill(0)
  for (const points of lines) {
    let from = 0
    let before = 0
    for (const { x, y } of points) {
      const to = Math.min(columns - 1, Math.floor((x / span) * columns))
      for (let column = from; column < to; column++) heights[column] = Math.max(heights[column] ?? 0, before)
      heights[to] = Math.max(heights[to] ?? 0, y / top)
      from = to + 1
      before = y / top
    }
  }
  return heights
}
