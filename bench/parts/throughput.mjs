// Calls per second of a trivial function, fresh for each call, so many at once.
import { limitModule } from 'stint'
import { everyLimit } from '../limits.mjs'
import { quantile, quick, tell } from '../measure.mjs'
import { forked, isolated, pools, threaded } from '../others/contestants.mjs'

const tasks = new URL('../tasks.mjs', import.meta.url)
const widths = [1, 2, 4, 8]
const window = quick ? 200 : 400 // ms
const turns = quick ? 1 : 3

for (const width of widths) {
  for (const isolation of ['fork', 'exec']) {
    const module = limitModule(tasks, { ...everyLimit, isolation, concurrency: width })
    await rate(`stint, isolation '${isolation}', every limit`, width, async () => {
      const outcome = await module.trivial.run(1)
      if (outcome.kind !== 'Ok') throw new Error(`${outcome.kind}/${outcome.reason}`)
    })
    await module.close()
  }
  await rate('child_process.fork, one a call', width, () => forked('trivial', 1))
  await rate('worker_thread, one a call', width, () => threaded('trivial', 1))
  const fresh = await isolated()
  if (fresh !== undefined) await rate('isolated-vm, fresh isolate, no process', width, () => fresh(1))
  for (const { name, call, close } of await pools(width)) {
    await rate(name, width, () => call('trivial', 1))
    await close()
  }
}

/** The median of a few windows, each with `width` callers that call again as soon as they have their value. */
async function rate(name, width, call) {
  await Promise.all(Array.from({ length: width }, call)) // started and warm
  const rates = []
  for (let turn = 0; turn < turns; turn++) rates.push(await during(width, call))
  tell(
    `calls a second, ${width} at once`,
    name,
    { median: quantile(rates, 0.5), n: turns },
    { ours: name.startsWith('stint'), unit: 'calls/s' },
  )
}

async function during(width, call) {
  const started = performance.now()
  let calls = 0
  const caller = async () => {
    for (; performance.now() - started < window; calls++) await call()
  }
  await Promise.all(Array.from({ length: width }, caller))
  return (calls / (performance.now() - started)) * 1000
}
