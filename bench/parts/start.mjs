// What the first use costs: whole processes, from their start to their end, beside `node -e 0`.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { inTurn, rounds, tellAll } from '../measure.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const firstCall = (isolation) => [here('../first-call.mjs'), isolation]

tellAll(
  'first call in a new host',
  await inTurn(
    {
      'node -e 0': node(['-e', '0']),
      "stint, isolation 'fork', first call": node(firstCall('fork')),
      "stint, isolation 'exec', first call": node(firstCall('exec')),
      'child_process.fork, first call': node([here('../first-fork.mjs')]),
    },
    rounds(15),
  ),
)

tellAll(
  'command line',
  await inTurn(
    {
      'node -e 0': node(['-e', '0']),
      'node -e "spawn(\'true\')"': node(['-e', "require('child_process').spawn('true', { stdio: 'inherit' })"]),
      'stint run -- true': node([here('../../dist/cli.cjs'), 'run', '--', 'true']),
    },
    rounds(25),
  ),
)

function node(args) {
  return async () => {
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] })
    if (status !== 0) throw new Error(stderr)
  }
}
