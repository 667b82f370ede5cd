// An AbortSignal ends a job in every phase of it: queued, booting, running.
import { limit, spawnLimited } from 'stint'

const controller = new AbortController()
const wait = limit(() => new Promise((resolve) => setTimeout(resolve, 60_000)), { signal: controller.signal })
setTimeout(() => controller.abort(new Error('the user went away')), 300)

try {
  await wait()
} catch (error) {
  const { name, cause } = error as Error
  console.log(name, 'because', (cause as Error).message)
}
await wait.close()

const { kind, reason } = await spawnLimited('sleep', ['60'], { signal: AbortSignal.timeout(300) }).outcome
console.log(kind, reason)
