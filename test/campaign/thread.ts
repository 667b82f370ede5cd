// A thread of a host: starts a job, tells its worker's pid, and waits to be ended.
import { parentPort, workerData } from 'node:worker_threads'
import { limitModule } from 'stint'
import { fixture } from '../support/paths.js'

type Waits = typeof import('../fixtures/waits.js')

const onReport = (pid: unknown) => parentPort?.postMessage(pid)
const waits = limitModule<Waits>(fixture('waits'), { isolation: workerData, wallTime: '60s', onReport })
await waits.reportPidAndSleep.run(60_000)
