// A figure as SVG: scales and curves by d3, the rest is text. Colours and sizes are for a README, 880 pixels wide at most.
import { scaleLinear } from 'd3-scale'
import { area, curveLinear, curveStepAfter, line } from 'd3-shape'
import { type Figure, momentText, type Panel, type Point, panelsOf, type TimeAxis, timeAxisOf } from './figure.js'

const width = 880
const plot = { left: 76, right: width - 28, height: 118, gap: 46, top: 104 }
const ink = { text: '#1f2328', soft: '#656d76', grid: '#e6e8eb', limit: '#cf222e', card: '#ffffff', border: '#d0d7de' }
const colours: Readonly<Record<Panel['name'], string>> = { memory: '#0969da', cpuTime: '#1a7f37', processes: '#8250df' }
const font = "-apple-system,'Segoe UI',Helvetica,Arial,'DejaVu Sans',sans-serif"
/** The legend stands to the right of it. */
const titleLength = 60
/** Of the tick values of a time axis: more would touch each other. */
const ticks = { x: 8, y: 4 }

/** The text of the end is not further left than this: there stand the figures of the first panel. */
const labelRoom = 660

type Scale = (value: number) => number

/** The whole picture. */
export function asSvg(figure: Figure): string {
  const panels = panelsOf(figure)
  const height = plot.top + panels.length * (plot.height + plot.gap) + 4
  const time = timeAxisOf(figure)
  const x = scaleLinear([0, time.span], [plot.left, plot.right])
  const at = (milliseconds: number) => round(x(milliseconds / time.unit.size))
  const bottom = plot.top + panels.length * plot.height + (panels.length - 1) * plot.gap
  const drawn = panels.map((panel, index) => drawPanel(panel, x, plot.top + index * (plot.height + plot.gap)))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="${font}" font-size="13" fill="${ink.text}" role="img" aria-label="${xml(figure.title)}: ${xml(figure.subtitle)}">`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${ink.card}" stroke="${ink.border}"/>`,
    text({ x: 24, y: 34, size: 17, weight: 600 }, shortened(figure.title, titleLength)),
    text({ x: 24, y: 56, colour: ink.soft }, shortened(figure.subtitle, 120)),
    legend(figure, panels),
    ...drawn,
    timeAxis(x, time, bottom),
    endMark(figure, at, bottom),
    wallLimit(figure, at, bottom),
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
  return [
    text({ x: 24, y: top - 12, weight: 600 }, panel.title),
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

function timeAxis(x: ReturnType<typeof scaleLinear<number, number>>, { unit }: TimeAxis, bottom: number): string {
  const marks = x
    .ticks(ticks.x)
    .map((mark) => text({ x: round(x(mark)), y: bottom + 19, anchor: 'middle', size: 12, colour: ink.soft }, String(mark)))
  return [
    `<path d="M${plot.left} ${bottom}H${plot.right}" stroke="${ink.soft}"/>`,
    ...marks,
    text(
      { x: (plot.left + plot.right) / 2, y: bottom + 37, anchor: 'middle', size: 12, colour: ink.soft },
      `time since the start (${unit.name})`,
    ),
  ].join('')
}

/** The wall limit, through all panels; its text in the gap below the first, where neither a curve nor the end's text can be. */
function wallLimit(figure: Figure, at: Scale, bottom: number): string {
  const { wallTime } = figure.limits
  if (wallTime === undefined || !isWallDrawn(figure)) return ''
  const line = `<path d="M${at(wallTime)} ${plot.top}V${bottom}" stroke="${ink.limit}" stroke-width="1.5" stroke-dasharray="6 4"/>`
  const [x, y] = [at(wallTime) - 6, plot.top + plot.height + plot.gap - 12]
  const label = `${figure.limitName} wall time ${momentText(wallTime)}`
  return line + text({ x, y, anchor: 'end', size: 12, colour: ink.limit, halo: true }, label)
}

function isWallDrawn(figure: Figure): boolean {
  const { unit, span } = timeAxisOf(figure)
  const { wallTime } = figure.limits
  return wallTime !== undefined && wallTime <= span * unit.size
}

/** The moment of the kill, through all panels; its text above them, where no curve can be in its way. */
function endMark({ end }: Figure, at: Scale, bottom: number): string {
  if (end === undefined) return ''
  const x = at(end.time)
  const label = text({ x: Math.max(x, labelRoom), y: plot.top - 12, anchor: 'end', weight: 600, colour: ink.limit }, end.text)
  return `<path d="M${x} ${plot.top - 4}V${bottom}" stroke="${ink.limit}" stroke-width="2"/><circle cx="${x}" cy="${plot.top - 4}" r="4" fill="${ink.limit}"/>${label}`
}

function legend(figure: Figure, panels: readonly Panel[]): string {
  const { end, runs, limitName } = figure
  const hasLimit = isWallDrawn(figure) || panels.some(({ limit }) => limit !== undefined)
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
  /** Readable on top of lines. */
  readonly halo?: boolean
}

function text({ x, y, anchor, size, weight, colour, halo }: Place, content: string): string {
  const attributes = [
    anchor && anchor !== 'start' ? ` text-anchor="${anchor}"` : '',
    size ? ` font-size="${size}"` : '',
    weight ? ` font-weight="${weight}"` : '',
    colour ? ` fill="${colour}"` : '',
    halo ? ` stroke="${ink.card}" stroke-width="5" paint-order="stroke"` : '',
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
