// The end of a run that had nothing to say. Node takes down its threads and its heap piece by piece before the kernel takes down all of
// it at once: a tenth of what `node -e 0` takes.
import { native } from '../native.js'

/**
 * Ends this process as soon as it has nothing left to do. Only for one that has written nothing by Node's streams: at its usual end Node
 * gives back to descriptors that others share what its streams have changed (O_NONBLOCK, a terminal's mode). And not where it may have
 * been asked to write something of its own at its end (a profile, a coverage).
 */
export function leaveAtOnce(): void {
  const { NODE_OPTIONS, NODE_V8_COVERAGE } = process.env
  if (process.execArgv.length > 0 || NODE_OPTIONS || NODE_V8_COVERAGE) return
  process.once('exit', (code) => native().addon.exit(code))
}
