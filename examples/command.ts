// A command and all that it starts under limits. When the outcome is there, nothing of it is left.
import { spawnLimited } from 'stint'

const sorted = await spawnLimited('sort', [], { input: 'pear\napple\n', wallTime: '5s' }).outcome
console.log('sort:', sorted.kind, JSON.stringify(sorted.stdout))

const daemon = await spawnLimited('sh', ['-c', 'setsid sleep 300 & echo started'], { wallTime: '5s' }).outcome
console.log('daemon:', daemon.kind, JSON.stringify(daemon.stdout), 'leftovers ended:', daemon.usage.leftovers)

const forks = await spawnLimited('sh', ['-c', 'for i in 1 2 3 4; do sleep 5 & done; wait'], { processes: 2, wallTime: '10s' })
  .outcome
console.log('four sleeps, two allowed:', forks.kind, forks.reason)
