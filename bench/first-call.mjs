// A host that makes one call and ends.
import { limitModule } from 'stint'

const tasks = limitModule(new URL('tasks.mjs', import.meta.url), { isolation: process.argv[2], memory: '256MB', wallTime: '10s' })
if ((await tasks.trivial(1)) !== 2) throw new Error('a wrong value')
await tasks.close()
