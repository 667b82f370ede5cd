// Progress values from a running job, and what it has when its limit is reached.
import { limitModule } from 'stint'

let reports = 0
const tasks = limitModule<typeof import('./tasks.js')>(new URL('./tasks.js', import.meta.url), {
  onReport: () => reports++,
  wallTime: '400ms',
  gracePeriod: '5s',
})

const outcome = await tasks.countPrimes.run(1e9)
if (outcome.kind === 'Timeout') console.log('stopped with some primes:', (outcome.partial ?? 0) > 0)
console.log('reports arrived:', reports > 0)
await tasks.close()
