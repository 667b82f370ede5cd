// The object a user holds for a command: its streams, its end, and the ways to end it.
import type { Socket, SocketConstructorOpts } from 'node:net'
import { constants } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import { StintError } from '../errors.js'
import type { RunningCommand } from '../run-command.js'
import type { LimitedProcess, Outcome } from '../types.js'

/** Wraps a running command. Its streams belong to the user; those nobody reads are drained. */
export class CommandHandle implements LimitedProcess {
  readonly stdin: Writable | null
  readonly stdout: Readable | null
  readonly stderr: Readable | null
  readonly outcome: Promise<Outcome<undefined>>
  readonly #running: RunningCommand

  constructor(running: RunningCommand, input: Uint8Array | undefined) {
    this.#running = running
    this.outcome = running.outcome
    const { keeper, launched } = running.supervised
    const stdin = writable(keeper?.stdin)
    if (input !== undefined) stdin?.end(input)
    this.stdin = input === undefined ? stdin : null
    this.stdout = readable(keeper?.stdout)
    this.stderr = readable(keeper?.stderr)
    launched.then(() => setImmediate(() => this.#drain()))
  }

  get pid(): number | undefined {
    return this.#running.supervised.pid
  }

  /** Resolves once the command runs; rejects with the outcome's error when it never will. */
  async ready(): Promise<void> {
    if (await this.#running.supervised.launched) return
    const outcome = await this.outcome
    if (outcome.kind !== 'Ok') throw outcome.error
  }

  kill(signal: NodeJS.Signals = 'SIGTERM'): boolean {
    const number: number | undefined = constants.signals[signal]
    if (number !== undefined) return this.#running.supervised.kill(number)
    const accepted = "a signal's name, such as 'SIGTERM'"
    throw new StintError('ERR_STINT_ARGUMENT_VALUE', `'signal' must be ${accepted}; got ${JSON.stringify(signal)}.`, {
      option: 'signal',
      value: signal,
      accepted,
    })
  }

  async close(): Promise<void> {
    this.#running.supervised.close()
    await this.outcome
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** A full pipe would block the command for ever: what nobody has begun to read by now is read and dropped. */
  #drain(): void {
    for (const stream of [this.stdout, this.stderr]) {
      if (stream !== null && stream.readableFlowing === null && stream.listenerCount('readable') === 0) stream.resume()
    }
  }
}

function readable(fd = -1): Readable | null {
  return fd < 0 ? null : socketOf({ fd, readable: true, writable: false })
}

/** A command may end without reading its input: EPIPE is its right, and no error of the host's. */
function writable(fd = -1): Writable | null {
  if (fd < 0) return null
  const socket = socketOf({ fd, readable: false, writable: true })
  socket.on('error', () => {})
  return socket
}

/** Loaded when it is needed: it takes a fifth of Node's own start-up, and most commands have no piped stream. */
function socketOf(options: SocketConstructorOpts): Socket {
  return new (process.getBuiltinModule('node:net').Socket)(options)
}
