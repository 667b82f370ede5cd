// Our own lines on stderr. process.stderr is made when something is said: most runs say nothing.

let said = false

export const hasSaid = () => said

/** Writes one line. A stderr whose reader is gone is no failure: nobody is left to hear it. */
export function say(line: string): void {
  if (!said) process.stderr.on('error', () => {})
  said = true
  process.stderr.write(`${line}\n`)
}
