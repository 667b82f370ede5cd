// What cannot be started, what cannot be imported, nested limits, and hostile jobs.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { program } from '../../support/programs.js'
import type { Kit, Scenario, Truth } from '../scenario.js'

const FAILED: Truth[] = ['Anything/launch-failed']

function script(kit: Kit, name: string, firstLine: string): string {
  const path = join(kit.folder, name)
  writeFileSync(path, `${firstLine}\necho ran\n`, { mode: 0o755 })
  return path
}

function launch(name: string, truth: readonly Truth[], run: Scenario['run']): Scenario {
  return { name, truth, once: true, run }
}

const hostile = ['scribbles', 'closesAll', 'deletesGlobals', 'breaksPrototypes', 'emitsOnProcess'] as const
const OWN_LOSS: Truth[] = [
  'Ok/returned',
  'Anything/lost',
  'Anything/lost/probable',
  'Anything/signaled',
  'Anything/threw',
  'Anything/exited',
]

interface Inner {
  readonly kind: string
  readonly limits: { readonly memory?: number }
}
const innerKind =
  (wanted: string): Scenario['check'] =>
  (ending) => {
    const inner = ending.value as Inner | undefined
    return inner?.kind === wanted ? undefined : `the inner outcome is ${JSON.stringify(inner)}`
  }
const OUTER_MEMORY = 140e6
/** By so much less data an inner worker may begin than the outer one did, which is then left to it, too. */
const LESS_DATA = 10e6
/** Either the outer limit ended the outer job, or the inner job knew of it. */
const innerClamped: Scenario['check'] = ({ kind, value }) => {
  const inner = value as Inner | undefined
  const clamped = inner?.kind === 'Memorylimit' && (inner.limits.memory ?? Infinity) <= OUTER_MEMORY + LESS_DATA
  return kind !== 'Ok' || clamped ? undefined : `the inner outcome is ${JSON.stringify(inner)}`
}
type Nested = readonly [task: string, argument: number, inner: object, outer: object]
const nested = (
  name: string,
  truth: readonly Truth[],
  [task, argument, inner, outer]: Nested,
  check?: Scenario['check'],
): Scenario => ({
  name,
  truth,
  run: (kit) => kit.call('nesting', 'innerCall', [task, argument, { isolation: kit.isolation, ...inner }], outer),
  ...(check && { check }),
})

export const launches: readonly Scenario[] = [
  launch('no such program', FAILED, (kit) => kit.command('/nowhere/at-all')),
  launch('no such directory', FAILED, (kit) => kit.command('true', [], { cwd: join(kit.folder, 'gone') })),
  launch('a program too big for its limit', FAILED, (kit) => kit.command(program('big'), [], { memory: '64MB' })),
  launch('a missing interpreter', FAILED, (kit) => kit.command(script(kit, 'missing', '#!/nowhere/interpreter'))),
  launch('a wrong shebang', FAILED, (kit) => kit.command(script(kit, 'wrong', '#! '))),
  launch('a program that may not be executed', FAILED, (kit) => kit.command('/etc/passwd')),
  nested(
    'inner wall in a wider outer',
    ['Ok/returned'],
    ['sleep', 60_000, { wallTime: 60 }, { wallTime: '60s' }],
    innerKind('Timeout'),
  ),
  nested('outer wall round a wider inner', ['Timeout/wall'], ['sleep', 60_000, { wallTime: '60s' }, { wallTime: 250 }]),
  nested(
    'inner memory above a tighter outer',
    ['Memorylimit/tree', 'Memorylimit/cgroup', 'Memorylimit/data', 'Ok/returned'],
    ['touch', 170, { memory: '2GB' }, { memory: OUTER_MEMORY, wallTime: '60s' }],
    innerClamped,
  ),
  ...hostile.map(
    (name): Scenario => ({
      name: `hostile: ${name}`,
      truth: OWN_LOSS,
      run: (kit) => kit.call('hostile', name, [], { stdout: 'ignore', stderr: 'ignore', wallTime: '20s' }),
    }),
  ),
]
