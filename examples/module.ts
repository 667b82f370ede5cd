// Every exported function of a module under limits, typed, each call in a fresh process.
import { limitModule } from 'stint'

const tasks = limitModule<typeof import('./tasks.js')>(new URL('./tasks.js', import.meta.url), {
  memory: '128MB',
  cpuTime: '300ms',
})

console.log('digest:', await tasks.digest('stint'))

const outcome = await tasks.isTitle.run('a title that goes on and on and then does not end as expected!')
console.log('isTitle:', outcome.kind, outcome.reason)
console.log('it was', outcome.where?.includes('isTitle') ? 'in isTitle' : 'elsewhere')
await tasks.close()
