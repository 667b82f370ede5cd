// Tells when somebody begins to listen to an AbortSignal: grace is only spent where somebody does.

const prototype = AbortSignal.prototype
const names = ['aborted', 'reason', 'onabort', 'throwIfAborted', 'addEventListener'] as const

/**
 * Calls `used` at the first look at the signal: its state, a listener, AbortSignal.any(). Until then the signal has own
 * properties that shadow those of its class, and any() is one that looks for it; afterwards all is as it was.
 */
export function watchUse(signal: AbortSignal, used: () => void): void {
  const once = () => {
    for (const name of names) Reflect.deleteProperty(signal, name)
    unwatchAny()
    used()
  }
  const unwatchAny = watchAny(signal, once)
  for (const name of names) Object.defineProperty(signal, name, shadow(signal, name, once))
}

/** Node 26 looks at no public property of the signals given to any(). */
function watchAny(signal: AbortSignal, once: () => void): () => void {
  const own = Object.getOwnPropertyDescriptor(AbortSignal, 'any')
  if (!own) return () => {}
  const watched = {
    any(signals: Iterable<AbortSignal>): AbortSignal {
      const list = isIterable(signals) ? [...signals] : signals // which may be read only once
      if (Array.isArray(list) && list.includes(signal)) once()
      return Reflect.apply(own.value, AbortSignal, [list])
    },
  }
  Object.defineProperty(AbortSignal, 'any', { ...own, value: watched.any })
  return () => {
    if (AbortSignal.any === watched.any) Object.defineProperty(AbortSignal, 'any', own)
  }
}

function isIterable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Symbol.iterator in value
}

function shadow(signal: AbortSignal, name: (typeof names)[number], once: () => void): PropertyDescriptor {
  return {
    configurable: true,
    enumerable: false,
    get() {
      once()
      return Reflect.get(prototype, name, signal)
    },
    set(value: unknown) {
      once()
      Reflect.set(prototype, name, value, signal)
    },
  }
}
