// What a fork leaves stale in a worker, put right before the job sees it.
//
// Twice the cheapest place is the template: what it empties (the caches of node:crypto), every worker fills anew by itself.
import { createHook } from 'node:async_hooks'
import { setFlagsFromString } from 'node:v8'
import type { NativeWorker } from '../native.js'
import { templateFlags } from '../template-flags.js'

/**
 * In the template, before the user's module is imported. Node 20's asynchronous compiler of WebAssembly leaves a task to a
 * thread that no fork has; where nothing else keeps the loop alive, Node would wait for that task for ever.
 */
export function prepareImport(): void {
  if (!process.version.startsWith('v20.')) return
  const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyApi }
  const { Module, Instance } = WebAssembly
  const compile = async (source: object) => new Module(source)
  const instantiate = async (source: object, imports?: object) => {
    if (source instanceof Module) return new Instance(source, imports)
    const module = new Module(source)
    return { module, instance: new Instance(module, imports) }
  }
  define(WebAssembly, 'compile', compile)
  define(WebAssembly, 'instantiate', instantiate)
}

/** In the template, before the user's module is imported: later V8 has drawn too many numbers to be found by them, and there is more to search. */
export function learnPlaces(native: NativeWorker): void {
  native.learnTimeOrigin()
  const { random } = Math
  const first = random()
  native.learnRandom(first, random())
}

/** In the template, before its first fork. */
export function prepareFork(): void {
  const { moduleLoadList } = process as unknown as { moduleLoadList?: readonly string[] }
  if (moduleLoadList?.some((name) => name.endsWith('internal/crypto/random')) !== false) emptyCryptoCaches()
  collectGarbage()
}

/** What is not there need not be copied, by the kernel, for every worker. */
function collectGarbage(): void {
  setFlagsFromString('--allow-natives-syntax')
  new Function('%CollectGarbage(0)')()
  setFlagsFromString('--no-allow-natives-syntax')
}

const { bigint } = process.hrtime

/** In a forked worker. */
export function mend(native: NativeWorker, pid: number): void {
  define(process, 'pid', pid)
  native.restartTime()
  const born = bigint()
  define(process, 'uptime', () => Number(bigint() - born) / 1e9)
  // Node's own end waits for threads that a fork does not copy, so a worker ends by itself, after its last 'exit' listener.
  const exit = (code?: unknown) => native.exit(typeof code === 'number' ? code : Number(process.exitCode ?? 0))
  define(process, 'reallyExit', exit)
  process.execArgv = process.execArgv.filter((flag) => !templateFlags.includes(flag)) // what the job itself starts
  const { numbers, contexts } = native.reseed()
  if (!numbers) Math.random = ownRandom()
  if (!contexts) setFlagsFromString(`--random-seed=${pid}`) // else a new vm context would begin as in every other worker
}

/** The part of it that is used here; the types of Node leave it to those of browsers. */
interface WebAssemblyApi {
  readonly Module: new (source: object) => object
  readonly Instance: new (module: object, imports?: object) => object
}

function define(target: object, name: string, value: unknown): void {
  const descriptor = Object.getOwnPropertyDescriptor(target, name)
  Object.defineProperty(target, name, { ...descriptor, value })
}

// crypto.randomUUID() and randomInt() hand out numbers drawn ahead. A draw that makes Node ask OpenSSL for more shows as a new
// resource; from there the rest of a batch is used up, so that the next draw, in whichever worker, begins a new one. OpenSSL
// itself notices a fork.
const batches = [
  { name: 'randomUUID', size: 128 },
  { name: 'randomInt', size: 1024 },
] as const

function emptyCryptoCaches(): void {
  const crypto = process.getBuiltinModule('node:crypto')
  let refills = 0
  const hook = createHook({
    init: (_id, type) => {
      if (type === 'RANDOMBYTESREQUEST') refills++
    },
  }).enable()
  for (const { name, size } of batches) {
    const draw = name === 'randomUUID' ? () => crypto.randomUUID() : () => crypto.randomInt(2)
    const seen = refills
    for (let draws = 0; refills === seen && draws <= size; draws++) draw()
    for (let draws = 1; draws < size; draws++) draw()
  }
  hook.disable()
}

/** xorshift128+ over 53 bits, seeded by the kernel: for a V8 whose own generator was not found. */
function ownRandom(): () => number {
  const words = new BigUint64Array(2)
  process.getBuiltinModule('node:crypto').randomFillSync(words)
  let [a, b] = words as unknown as [bigint, bigint]
  return () => {
    let x = a
    a = b
    x ^= BigInt.asUintN(64, x << 23n)
    x ^= x >> 17n
    x ^= b ^ (b >> 26n)
    b = x
    return Number(b >> 11n) / 2 ** 53
  }
}
