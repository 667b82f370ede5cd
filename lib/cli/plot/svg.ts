// A figure as SVG: scales and curves by d3, the rest is text. Colours and sizes are for a README, 880 pixels wide at most.
import { scaleLinear } from 'd3-scale'
import { area, curveLinear, curveStepAfter, line } from 'd3-shape'
import { type Figure, momentText, type Panel, type Point, panelsOf, spanOf } from './figure.js'

const width = 880
const plot = { left: 76, right: width - 28, height: 118, gap: 46, top: 104 }
const ink = { text: '#1f2328', soft: '#656d76', grid: '#e6e8eb', limit: '#cf222e', card: '#ffffff', border: '#d0d7de' }
const colours: Readonly<Record<Panel['name'], string>> = { memory: '#0969da', cpuTime: '#1a7f37', processes: '#8250df' }
const font = "-apple-system,'Segoe UI',Helvetica,Arial,'DejaVu Sans',sans-serif"
/** The legend stands to the right of it. */
const titleLength = 60
/** Of the tick values of a time axis: more would touch each other. */
const ticks = { x: 8, y: 4 }

type Scale = (value: number) => number

/** The whole picture. */
export function asSvg(figure: Figure): string {
  const panels = panelsOf(figure)
  const height = plot.top + panels.length * (plot.height + plot.gap) + 4
  const x = scaleLinear([0, spanOf(figure)], [plot.left, plot.right])
  const bottom = plot.top + panels.length * plot.height + (panels.length - 1) * plot.gap
  const drawn = panels.map((panel, index) => drawPanel(panel, x, plot.top + index * (plot.height + plot.gap)))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="${font}" font-size="13" fill="${ink.text}" role="img" aria-label="${xml(figure.title)}: ${xml(figure.subtitle)}">`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${ink.card}" stroke="${ink.border}"/>`,
    text({ x: 24, y: 34, size: 17, weight: 600 }, shortened(figure.title, titleLength)),
    text({ x: 24, y: 56, colour: ink.soft }, shortened(figure.subtitle, 120)),
    legend(figure),
    ...drawn,
    timeAxis(x, bottom),
    wallLimit(figure, x, bottom),
    endMark(figure, x, bottom),
    '</svg>\n',
  ].join('\n')
}

function drawPanel(panel: Panel, x: Scale, top: number): string {
  const bottom = top + plot.height
  const y = scaleLinear([0, panel.top], [bottom, top])
  const whole = panel.name === 'processes'
  const marks = y.ticks(ticks.y).filter((mark) => !whole || Number.isInteger(mark))
  const grid = marks.map((mark) => {
    const at = round(y(mark))
    return `<path d="M${plot.left} ${at}H${plot.right}" stroke="${ink.grid}"/>${text({ x: plot.left - 8, y: at + 4, anchor: 'end', size: 12, colour: ink.soft }, String(mark))}`
  })
  const title = `${panel.title}${panel.unit === '' ? '' : ` (${panel.unit})`}`
  return [
    text({ x: 24, y: top - 12, weight: 600 }, title),
    text({ x: plot.left + 110, y: top - 12, size: 12, colour: ink.soft }, panel.peakText),
    text({ x: plot.left + 230, y: top - 12, size: 12, colour: ink.limit }, panel.limitText),
    ...grid,
    ...panel.lines.map((points) => curve(points, { panel, x, y, bottom, alone: panel.lines.length === 1 })),
    limitLine(panel, y),
  ].join('\n')
}

interface Drawing {
  readonly panel: Panel
  readonly x: Scale
  readonly y: Scale
  readonly bottom: number
  readonly alone: boolean
}

function curve(points: readonly Point[], { panel, x, y, bottom, alone }: Drawing): string {
  const shape = panel.steps ? curveStepAfter : curveLinear
  const colour = colours[panel.name]
  const [px, py] = [(point: Point) => round(x(point.x)), (point: Point) => round(y(point.y))]
  const under = area<Point>(px, bottom, py).curve(shape)(points)
  const stroke = line<Point>(px, py).curve(shape)(points)
  return `<path d="${under}" fill="${colour}" fill-opacity="${alone ? 0.13 : 0.05}"/><path d="${stroke}" fill="none" stroke="${colour}" stroke-width="${alone ? 2 : 1.5}" stroke-opacity="${alone ? 1 : 0.6}" stroke-linejoin="round"/>`
}

function limitLine({ limit }: Panel, y: Scale): string {
  if (limit === undefined) return ''
  return `<path d="M${plot.left} ${round(y(limit))}H${plot.right}" stroke="${ink.limit}" stroke-width="1.5" stroke-dasharray="6 4"/>`
}

function timeAxis(x: ReturnType<typeof scaleLinear<number, number>>, bottom: number): string {
  const marks = x
    .ticks(ticks.x)
    .map((mark) => text({ x: round(x(mark)), y: bottom + 19, anchor: 'middle', size: 12, colour: ink.soft }, String(mark)))
  return [
    `<path d="M${plot.left} ${bottom}H${plot.right}" stroke="${ink.soft}"/>`,
    ...marks,
    text(
      { x: (plot.left + plot.right) / 2, y: bottom + 37, anchor: 'middle', size: 12, colour: ink.soft },
      'time since the start (s)',
    ),
  ].join('')
}

function wallLimit({ limits, end, limitName }: Figure, x: Scale, bottom: number): string {
  const { wallTime } = limits
  const at = wallTime === undefined ? undefined : round(x(wallTime / 1000))
  if (wallTime === undefined || at === undefined || at > plot.right || end?.panel === 'wallTime') return ''
  return `<path d="M${at} ${plot.top}V${bottom}" stroke="${ink.limit}" stroke-width="1.5" stroke-dasharray="6 4"/>${text({ x: at - 6, y: plot.top + 14, anchor: 'end', size: 12, colour: ink.limit }, `${limitName}: wall time ${momentText(wallTime)}`)}`
}

/** The moment of the kill, through all panels; its text above them, where no curve can be in its way. */
function endMark({ end }: Figure, x: Scale, bottom: number): string {
  if (end === undefined) return ''
  const at = round(x(end.time / 1000))
  const label = text({ x: plot.right, y: plot.top - 12, anchor: 'end', weight: 600, colour: ink.limit }, end.text)
  return `<path d="M${at} ${plot.top - 4}V${bottom}" stroke="${ink.limit}" stroke-width="2"/><circle cx="${at}" cy="${plot.top - 4}" r="4" fill="${ink.limit}"/>${label}`
}

function legend({ limits, end, runs, limitName }: Figure): string {
  const hasLimit = Object.keys(limits).some((name) => /^(memory|cpuTime|wallTime|processes)$/.test(name))
  const entries = [
    [`<path d="M0 -4h22" stroke="${colours.memory}" stroke-width="2"/>`, runs.length > 1 ? 'one run' : 'used'],
    ...(hasLimit ? [[`<path d="M0 -4h22" stroke="${ink.limit}" stroke-width="1.5" stroke-dasharray="6 4"/>`, limitName]] : []),
    ...(end
      ? [
          [
            `<path d="M11 -11v14" stroke="${ink.limit}" stroke-width="2"/><circle cx="11" cy="-11" r="3.5" fill="${ink.limit}"/>`,
            'ended',
          ],
        ]
      : []),
  ]
  let at = width - 28
  const placed = entries.reverse().map(([mark = '', name = '']) => {
    at -= 34 + name.length * 6.6
    const group = `<g transform="translate(${round(at)} 36)">${mark}${text({ x: 28, y: 0, size: 12, colour: ink.soft }, name)}</g>`
    at -= 12
    return group
  })
  return placed.join('')
}

interface Place {
  readonly x: number
  readonly y: number
  readonly anchor?: 'start' | 'middle' | 'end'
  readonly size?: number
  readonly weight?: number
  readonly colour?: string
}

function text({ x, y, anchor, size, weight, colour }: Place, content: string): string {
  const attributes = [
    anchor && anchor !== 'start' ? ` text-anchor="${anchor}"` : '',
    size ? ` font-size="${size}"` : '',
    weight ? ` font-weight="${weight}"` : '',
    colour ? ` fill="${colour}"` : '',
  ]
  return `<text x="${x}" y="${y}"${attributes.join('')}>${xml(content)}</text>`
}

function shortened(content: string, most: number): string {
  return content.length > most ? `${content.slice(0, most - 1)}…` : content
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function xml(content: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no way to write them
  return content.replace(/[\x00-\x1f\x7f]/g, ' ').replace(/[&<>"]/g, (character) => entities[character] ?? '')
}
