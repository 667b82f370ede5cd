// One signal out of two. AbortSignal.any() would do, but leaves a weak reference behind in both for every call (Node 20), and one
// of them lives as long as its function set; nor does it hear the AbortSignal of another realm.
import { whenAborted } from '../when-aborted.js'

export interface Either {
  readonly signal: AbortSignal
  /** To be called when nobody needs the signal any more: nothing of it is left in the two. */
  release(): void
}

/** A signal that aborts with the first of two, for its reason. Where both have aborted, `first` is told. */
export function eitherSignal(first: AbortSignal, second: AbortSignal): Either {
  const controller = new AbortController()
  const followers = [first, second].map((signal) => {
    const abort = () => controller.abort(signal.reason)
    if (signal.aborted) abort()
    return whenAborted(signal, abort)
  })
  return {
    signal: controller.signal,
    release: () => {
      for (const release of followers) release()
    },
  }
}
