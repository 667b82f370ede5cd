// Which errors a refused allocation makes. Judged by class and code, never by text.

import { SafeSet } from '../transport/intrinsics.js'

const { RangeError } = globalThis
const { RuntimeError } = (globalThis as unknown as { WebAssembly: { RuntimeError: ErrorConstructor } }).WebAssembly
const codes = new SafeSet([
  'ERR_MEMORY_ALLOCATION_FAILED',
  'ENOMEM',
  'Z_MEM_ERROR',
  'ERR_WORKER_OUT_OF_MEMORY',
  'ERR_OSSL_CRYPTO_MALLOC_FAILURE',
])

/**
 * True for a RangeError (array buffers, WebAssembly memories), a WebAssembly.RuntimeError and the codes of Node, zlib, OpenSSL and
 * the kernel. A RangeError has other reasons, too: it counts only together with a refusal that the probe has seen.
 */
export function isAllocationError(error: unknown): boolean {
  try {
    if (error instanceof RangeError || error instanceof RuntimeError) return true
    return codes.has((error as { code?: unknown } | null)?.code as string)
  } catch {
    return false // a getter of the job's own
  }
}
