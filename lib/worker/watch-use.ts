// Tells when somebody begins to listen to an AbortSignal: grace is only spent where somebody does.

const prototype = AbortSignal.prototype
const names = ['aborted', 'reason', 'onabort', 'throwIfAborted', 'addEventListener'] as const

/**
 * Calls `used` at the first look at the signal: its state, a listener, AbortSignal.any() (which looks at `aborted`). Until then
 * the signal has own properties that shadow those of its class; afterwards it is a signal like any other.
 */
export function watchUse(signal: AbortSignal, used: () => void): void {
  const once = () => {
    for (const name of names) Reflect.deleteProperty(signal, name)
    used()
  }
  for (const name of names) Object.defineProperty(signal, name, shadow(signal, name, once))
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
