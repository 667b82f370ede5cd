// The globals of a worker. Not those of the host: test runners and polyfills add to globalThis, and the worker is a fresh Node.
import { runInNewContext } from 'node:vm'

// Node's own; the language's come from a fresh context. Those of later majors than 20 count where this Node has them.
const nodeGlobals = new Set(
  (
    'process global Buffer console clearImmediate setImmediate clearInterval clearTimeout setInterval setTimeout queueMicrotask ' +
    'structuredClone atob btoa performance fetch crypto navigator localStorage sessionStorage URL URLSearchParams URLPattern ' +
    'DOMException AbortController AbortSignal Event EventTarget CustomEvent MessageEvent CloseEvent ErrorEvent EventSource ' +
    'WebSocket TextEncoder TextDecoder TextEncoderStream TextDecoderStream CompressionStream DecompressionStream TransformStream ' +
    'TransformStreamDefaultController WritableStream WritableStreamDefaultController WritableStreamDefaultWriter ReadableStream ' +
    'ReadableStreamDefaultReader ReadableStreamBYOBReader ReadableStreamBYOBRequest ReadableByteStreamController ' +
    'ReadableStreamDefaultController ByteLengthQueuingStrategy CountQueuingStrategy BroadcastChannel MessageChannel MessagePort ' +
    'Blob File FormData Headers Request Response Crypto CryptoKey SubtleCrypto Navigator Storage Performance PerformanceEntry ' +
    'PerformanceMark PerformanceMeasure PerformanceObserver PerformanceObserverEntryList PerformanceResourceTiming'
  ).split(' '),
)
let languageGlobals: Set<string> | undefined

/** True when a worker of this Node has a global of that name (an `eval` of the function's may add more; that is not seen). */
export function isGlobal(name: string): boolean {
  if (nodeGlobals.has(name)) return name in globalThis
  languageGlobals ??= new Set(runInNewContext('Object.getOwnPropertyNames(globalThis)') as string[])
  return languageGlobals.has(name)
}
