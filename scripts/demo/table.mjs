// Prints a table row by row, so that one sees each while the next one runs.

/** @param columns [{ title, width, right }], the last one as wide as its text */
export function table(columns) {
  const line = (cells) =>
    columns
      .map((column, index) => cell(column, String(cells[index] ?? '')))
      .join('  ')
      .trimEnd()
  return {
    head: () =>
      [line(columns.map(({ title }) => title)), line(columns.map(({ title, width }) => '─'.repeat(width ?? title.length)))].join(
        '\n',
      ),
    line,
  }
}

function cell({ width, right }, text) {
  if (!width) return text
  const short = text.length > width ? `${text.slice(0, width - 1)}…` : text
  return right ? short.padStart(width) : short.padEnd(width)
}

export const milliseconds = (ms) => (ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(2)} s`)

export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`
