// A self-contained function under limits: a direct call gives the value or throws, run() always resolves.
import { limit, MemorylimitError } from 'stint'

const fill = limit((length: number) => new Array(length).fill('row').join(',').length, { memory: '100MB', wallTime: '10s' })

console.log('small:', await fill(1_000))

try {
  await fill(30_000_000)
} catch (error) {
  if (!(error instanceof MemorylimitError)) throw error
  console.log('large:', error.kind, error.code)
}

const outcome = await fill.run(30_000_000)
console.log('run():', outcome.kind, outcome.certainty, `limit ${outcome.limits.memory} bytes`)
await fill.close()
