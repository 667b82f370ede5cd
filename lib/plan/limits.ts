// Limits in the native side's units: bytes, nanoseconds, counts; -1 where there is none.
import type { NativeLimits } from '../native.js'
import type { ParsedLimits } from '../options/parsed.js'
import type { ResolvedLimits } from '../types.js'

/** Room for reservations that hold no memory: WebAssembly's guard regions, V8's cage, thread stacks. */
export const reservations = 64 * 1024 ** 3

const unset = -1

/** No limit at all; grace is a duration, not a limit, and 0 without one. */
export const noLimits: NativeLimits = Object.freeze({
  memory: unset,
  addressSpace: unset,
  cpuNs: unset,
  wallNs: unset,
  processes: unset,
  graceNs: 0,
  fileSize: unset,
  openFiles: unset,
  stack: unset,
  coreSize: unset,
})

/** The limits of one job, as asked for; addressSpace 'auto' (the default) and 'strict' in bytes. */
export function nativeLimits(limits: ParsedLimits): NativeLimits {
  return Object.freeze({
    memory: limits.memory ?? unset,
    addressSpace: addressSpaceOf(limits) ?? unset,
    cpuNs: nanoseconds(limits.cpuTime),
    wallNs: nanoseconds(limits.wallTime),
    processes: limits.processes ?? unset,
    graceNs: nanoseconds(limits.gracePeriod),
    fileSize: limits.fileSize ?? unset,
    openFiles: limits.openFiles ?? unset,
    stack: limits.stack ?? unset,
    coreSize: limits.coreSize ?? unset,
  })
}

/** The limits as the user may read them back: bytes, milliseconds, counts; what is not set is absent. Frozen. */
export function resolveLimits(limits: ParsedLimits): ResolvedLimits {
  const { addressSpace: _symbolic, ...rest } = limits
  const addressSpace = addressSpaceOf(limits)
  return Object.freeze(addressSpace === undefined ? rest : { ...rest, addressSpace })
}

function addressSpaceOf({ memory, addressSpace = 'auto' }: ParsedLimits): number | undefined {
  if (typeof addressSpace === 'number' || memory === undefined) return typeof addressSpace === 'number' ? addressSpace : undefined
  return addressSpace === 'strict' ? memory : memory + reservations
}

function nanoseconds(milliseconds: number | undefined): number {
  return milliseconds === undefined ? unset : Math.round(milliseconds * 1e6)
}
