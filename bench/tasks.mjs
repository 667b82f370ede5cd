// What every contestant calls.
import { isMainThread, parentPort } from 'node:worker_threads'

export const trivial = (x) => x + 1

/** Reads a byte of each page: what is not touched has not arrived. */
export const take = (bytes) => {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 4096) sum += bytes[at]
  return sum
}

/** As many bytes, and how long it took to make them. */
export const give = (size) => {
  const started = performance.now()
  const bytes = Buffer.alloc(size, 1)
  return { bytes, spent: performance.now() - started }
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

export const spin = () => {
  for (;;);
}

const tasks = { trivial, take, give }

// As a child_process.fork() of its own, and as a worker_thread of its own.
if (process.argv[2] === 'forked')
  process.on('message', ({ name, arg }) => process.send(tasks[name](arg), () => process.disconnect()))
else if (!isMainThread && process.argv[2] === 'thread')
  parentPort.once('message', ({ name, arg }) => parentPort.postMessage(tasks[name](arg)))
