// A machine that refuses what a rung needs: the next one serves, every limit holds, doctor() names what is used and why what is
// better is missing, and nothing is left. Each refusal is a real one: a seccomp filter as containers have it, a namespace, a mount.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import type { Rung } from 'stint'
import { startHost } from '../support/hosts.js'
import { isRoot } from '../support/plain-user.js'
import { within } from '../support/poll.js'
import { program } from '../support/programs.js'
import { commandBehaviours } from '../support/suite.js'

type Ends = Readonly<Record<string, string>>

interface Seen {
  readonly endings: { readonly command: Ends; readonly exec: Ends; readonly fork: Ends }
  readonly rungs: readonly Rung[]
  readonly left: readonly string[]
}

interface Machine {
  readonly title: string
  /** The command that a host runs under. */
  readonly before: readonly string[]
  /** Rungs that it has not, by how their mechanism begins, with why. */
  readonly missing: Readonly<Record<string, RegExp>>
  /** False: refused allocations of a command are inferred. */
  readonly traces?: boolean
}

const refuse = (...what: string[]) => [program('refuse'), ...what, '--']
const shell = (script: string) => ['sh', '-c', `${script} "$0" "$@"`]
const LISTENER = '0: seccomp user notification'
const TRACE = 'N: ptrace'
const PIDS = 'N, without ptrace'
const NAMESPACE = 'N, without both'
const LAST_LISTENER = 'N, without all three'
const LOOK = 'without any of them'
const EXACT = "'exact'"
const noSeccomp = {
  [LISTENER]: /seccomp\(2\): EPERM/,
  [TRACE]: /seccomp\(2\): EPERM/,
  [LAST_LISTENER]: /seccomp\(2\): EPERM/,
  [EXACT]: /EPERM/,
}
const readOnlyGroups = {
  'a memory cgroup': /EROFS|EACCES|no cgroup2/,
  "a cgroup's CPU": /EROFS|EACCES/,
  [PIDS]: /EROFS|EACCES/,
  'cgroup.kill': /EROFS|EACCES/,
}
const readOnly = shell(`mount --make-rprivate / &&
  awk '$3 ~ /^cgroup/ { print $2 }' /proc/mounts | while read at; do mount -o remount,bind,ro "$at"; done; exec`)
const anyones: readonly Machine[] = [
  { title: 'seccomp(2) is refused', before: refuse('seccomp'), missing: noSeccomp, traces: false },
  { title: 'ptrace(2) is refused', before: refuse('ptrace'), missing: { [TRACE]: /EPERM/, [EXACT]: /EPERM/ }, traces: false },
  { title: 'namespaces are refused', before: refuse('namespaces'), missing: { [NAMESPACE]: /unshare\(CLONE_NEWUSER\): EPERM/ } },
  {
    title: 'there may be no user namespaces',
    before: refuse('user-namespaces'),
    missing: { [NAMESPACE]: /user\.max_user_namespaces is 0/ },
  },
  { title: 'clone3(2) is not there', before: refuse('clone3'), missing: {} },
  { title: 'memfd_create(2) does not know MFD_NOEXEC_SEAL', before: refuse('sealing'), missing: {} },
]

const roots: readonly Machine[] = [
  { title: 'root has no CAP_SYS_RESOURCE', before: refuse('capability'), missing: {} },
  { title: '/sys/fs/cgroup is read-only', before: ['unshare', '-m', ...readOnly], missing: readOnlyGroups },
  {
    title: 'memfds must not be executable (vm.memfd_noexec is 2)',
    before: ['unshare', '-p', '-f', '--mount-proc', ...shell('echo 2 >/proc/sys/vm/memfd_noexec &&')],
    missing: {},
  },
  {
    title: 'a container refuses all of it',
    before: ['unshare', '-m', ...readOnly, ...refuse('capability', 'seccomp', 'ptrace', 'namespaces')],
    missing: { ...noSeccomp, ...readOnlyGroups, [NAMESPACE]: /EPERM/ },
    traces: false,
  },
]

const asItIs: Machine = { title: 'nothing is refused', before: [], missing: {} }

/** What a plain user has no right of its own to: elsewhere the same happens as to root, and each machine takes seconds. */
const ofUsers = /^(seccomp|ptrace|there may be)/

/** A user may neither mount nor give away capabilities, and older kernels lack a setting. */
function canBeHad({ before: [command = '', ...args] }: Machine): boolean {
  return spawnSync(command, [...args, 'true'], { stdio: 'ignore' }).status === 0
}

const common: Readonly<Record<string, RegExp>> = {
  'asleep, over its wall time': /^Timeout.wall certain$/,
  'a child where none may be': /^Subprocess.denied certain$/,
  'threads where no child may be': /^Ok.\w+ certain$/,
  'a child too many': /^Subprocess.denied certain$/,
  'as many children as may be': /^Ok.\w+ certain$/,
  'a daemon left behind': /^Ok.\w+ certain$/,
}
const ofFunctions: typeof common = {
  ...common,
  'busy, over its CPU time': /^CpuTimeout.worker-clock certain$/,
  'children, over their CPU time': /^CpuTimeout.tree-clock certain$/,
  'a tree, over its memory': /^Memorylimit.tree certain$/,
  // Whichever is nearer: V8 or the kernel, or the keeper's look.
  'a heap, over its memory': /^Memorylimit.(heap|data|tree) certain$/,
  'a process, refused memory': /^Memorylimit.(data|tree) certain$/,
  'a large value there and back': /^Ok.returned certain$/,
}
const ofCommands = (groups: boolean, traces: boolean): typeof common => ({
  ...common,
  'busy, over its CPU time': /^CpuTimeout.tree-clock certain$/,
  'daemons, over their CPU time': /^CpuTimeout.tree-clock certain$/,
  'a tree, over its memory': groups ? /^Memorylimit.cgroup certain$/ : /^Memorylimit.tree certain$/,
  'a tree, inside its memory': /^Ok.exited certain$/,
  'a process, refused memory': traces ? /^Memorylimit.data certain$/ : /^Memorylimit.data probable$/,
  'a fork bomb': /^Subprocess.denied certain$/,
})

async function seenOn({ before }: Pick<Machine, 'before'>): Promise<Seen> {
  const host = startHost('behaviours', [], before)
  const seen = await host.line<Seen>(0, 100_000)
  assert.deepEqual([await within(20_000, host.ended), host.complaints()], [{ code: 0, signal: null }, ''])
  return seen
}

function end(as: typeof common, seen: Ends, who: string): void {
  assert.deepEqual(Object.keys(seen).sort(), Object.keys(as).sort())
  for (const [name, expected] of Object.entries(as)) assert.match(seen[name] ?? '', expected, `${who} ${name}`)
}

/** The first of the rungs that count N processes which is there is used; for root a user namespace is no help. */
function bestIsUsed(rungs: readonly Rung[]): void {
  const order = [TRACE, PIDS, NAMESPACE, LAST_LISTENER, LOOK]
  const states = order.map((name) => rungs.find(({ mechanism }) => mechanism.startsWith(name))?.state)
  const best = order.findIndex((name, index) => states[index] !== 'missing' && !(isRoot && name === NAMESPACE))
  const expected = states.map((state, index) => (state === 'missing' ? state : index === best ? 'used' : 'available'))
  assert.deepEqual(states, expected)
}

const missingOf = (rungs: readonly Rung[]) => rungs.filter(({ state }) => state === 'missing')

commandBehaviours('a machine on which', () => {
  let usual: Promise<Seen> | undefined

  const machines = [...anyones, ...roots].filter(({ title }) => isRoot || ofUsers.test(title))
  for (const machine of [asItIs, ...machines.filter(canBeHad)]) {
    const { title, missing, traces = true } = machine
    test(`${title}: every limit holds, doctor() says by what, and nothing is left`, async () => {
      usual ??= seenOn({ before: [] })
      const { endings, rungs, left } = machine === asItIs ? await usual : await seenOn(machine)
      const absent = missingOf(rungs)
      const had = missingOf((await usual).rungs).map(({ mechanism }) => mechanism)
      for (const [name, why] of Object.entries(missing)) {
        const rung = absent.find(({ mechanism }) => mechanism.startsWith(name))
        assert.match(rung?.why ?? 'it is there', why, name)
        assert.ok(rung?.remedy, name)
      }
      const expected = (mechanism: string) =>
        had.includes(mechanism) || Object.keys(missing).some((name) => mechanism.startsWith(name))
      assert.deepEqual(
        absent.filter(({ mechanism }) => !expected(mechanism)),
        [],
      )
      bestIsUsed(rungs)
      const groups = !absent.some(({ mechanism }) => mechanism.startsWith('a memory cgroup'))
      end(ofCommands(groups, traces), endings.command, 'command')
      end(ofFunctions, endings.exec, 'exec')
      end(ofFunctions, endings.fork, 'fork')
      assert.deepEqual(left, [])
    })
  }
})
