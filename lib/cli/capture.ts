// --capture: what the job writes goes on to our own streams, and its first bytes are kept for the reports.
import type { Readable, Writable } from 'node:stream'
import type { LimitedProcess } from '../types.js'
import type { Captured } from './account.js'

interface Kept {
  readonly chunks: Buffer[]
  size: number
  total: number
}

/**
 * Passes both streams on, from now until they end.
 * @param most bytes kept of each
 * @returns what was kept, once all of it went on
 */
export function passOn(job: LimitedProcess, most: number): () => Promise<Captured> {
  const [out, err] = [keep(job.stdout, process.stdout, most), keep(job.stderr, process.stderr, most)]
  return async () => {
    const [stdout, stderr] = [await out, await err]
    const truncated = [...(stdout.total > most ? ['stdout' as const] : []), ...(stderr.total > most ? ['stderr' as const] : [])]
    return { stdout: textOf(stdout), stderr: textOf(stderr), ...(truncated.length > 0 ? { truncated } : {}) }
  }
}

function keep(from: Readable | null, to: Writable, most: number): Promise<Kept> {
  const kept: Kept = { chunks: [], size: 0, total: 0 }
  return new Promise((resolve) => {
    if (from === null) return resolve(kept)
    const over = () => resolve(kept)
    to.once('error', () => from.destroy()) // our reader is gone: the job learns it as it would without us, by SIGPIPE
    from.once('close', over).once('error', over)
    from.on('data', (chunk: Buffer) => {
      const part = chunk.subarray(0, most - kept.size)
      if (part.length > 0) kept.chunks.push(part)
      kept.size += part.length
      kept.total += chunk.length
    })
    from.pipe(to, { end: false })
  })
}

function textOf({ chunks, size, total }: Kept): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(chunks), { stream: size < total })
}
