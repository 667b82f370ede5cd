// Our own lines on stderr. process.stderr is made when something is said: most runs say nothing.

let listens = false

/** Writes one line. A stderr whose reader is gone is no failure: nobody is left to hear it. */
export function say(line: string): void {
  if (!listens) process.stderr.on('error', () => {})
  listens = true
  process.stderr.write(`${line}\n`)
}
