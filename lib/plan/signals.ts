// Signals by number and by name (signal(7)), as this machine numbers them.
import { constants } from 'node:os'

let byNumber: ReadonlyMap<number, NodeJS.Signals> | undefined

// Some numbers have two names; the first one listed is the usual one (SIGABRT before SIGIOT).
function names(): ReadonlyMap<number, NodeJS.Signals> {
  byNumber ??= new Map(
    Object.entries(constants.signals)
      .reverse()
      .map(([name, number]) => [number, name as NodeJS.Signals]),
  )
  return byNumber
}

// Alike on every architecture of Linux; the only one that most jobs need, and node:os takes a third of a millisecond to load.
const sigterm = 15

const firstRealTime = 34 // what the C library leaves of them: SIGRTMIN, signal(7)
const last = 64

/** @returns the number of a signal that the options stage has checked */
export function signalNumber(name: NodeJS.Signals): number {
  return name === 'SIGTERM' ? sigterm : constants.signals[name]
}

/** @returns the name, 'SIGRTMIN+n' for real-time signals, 'SIG32' for the C library's own, null for 0 and what is no signal */
export function signalName(number: number): NodeJS.Signals | null {
  if (number === 0) return null
  const name = names().get(number)
  if (name !== undefined) return name
  if (!(number >= 1 && number <= last)) return null
  return (number < firstRealTime ? `SIG${number}` : `SIGRTMIN+${number - firstRealTime}`) as NodeJS.Signals
}
