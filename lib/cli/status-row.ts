// The lowest row of a terminal, kept apart from what the job writes by a scroll region (DECSTBM, console_codes(4)): a line that
// moves must not wipe out half a line of the job's, and nobody knows in which column the job has left the cursor.
import type { WriteStream } from 'node:tty'

const [save, restore] = ['\x1b7', '\x1b8']

/** As much of a terminal as the progress library asks for; its own moves of the cursor come down to a place in the row. */
export class StatusRow {
  readonly #terminal: WriteStream
  #rows = 0 // of the terminal when the row was reserved; 0 = it is not
  #pending = ''

  constructor(terminal: WriteStream) {
    this.#terminal = terminal
  }

  /** Sends what was written as one piece, so that nothing of the job's comes between. */
  flush(): void {
    const text = this.#pending
    this.#pending = ''
    if (text === '') return
    this.#reserve()
    this.#terminal.write(`${save}\x1b[${this.#rows};1H${text}${restore}`)
  }

  /** Gives the row back. */
  release(): void {
    if (this.#rows === 0) return
    this.#terminal.write(`${save}\x1b[r\x1b[${this.#rows};1H\x1b[2K${restore}`)
    this.#rows = 0
  }

  // With the cursor in the last row, everything must move up first: IND does so and keeps the column.
  #reserve(): void {
    const { rows } = this.#terminal
    if (rows === this.#rows) return
    this.release()
    this.#terminal.write(`\x1bD\x1b[A${save}\x1b[1;${rows - 1}r${restore}`)
    this.#rows = rows
  }

  // The progress library's interface to a terminal.
  write(text: string): void {
    this.#pending += text
  }
  clearRight(): void {
    this.#pending += '\x1b[K'
  }
  clearLine(): void {
    this.#pending += '\x1b[2K'
  }
  cursorTo(column: number | null): void {
    this.#pending += `\x1b[${(column ?? 0) + 1}G`
  }
  isTTY(): boolean {
    return true
  }
  getWidth(): number {
    return this.#terminal.columns
  }
  // The cursor belongs to the job.
  cursorSave(): void {}
  cursorRestore(): void {}
  cursor(): void {}
  lineWrapping(): void {}
  newline(): void {}
}
