// From fork to exec: each step that fails is told with its errno, and what succeeds is really so.
import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { NativePlan } from '#lib/native.js'
import { fixed, kept, MB, MS, script } from '../support/kept.js'
import { isRoot, unusedUid } from '../support/plain-user.js'
import { parseStatus } from '../support/rlimits.js'

const step = { cwd: 9, nice: 10, gid: 21, uid: 22, exec: 27 } // enum class Step of native/support/wire.h
const { ENOENT, EACCES, ENOEXEC, ENOMEM, ENOTDIR, E2BIG } = constants.errno

async function failure(plan: NativePlan) {
  const { report } = await kept(plan)
  assert.equal(report.launched, false)
  assert.deepEqual([report.exitCode, report.signal], [-1, 0])
  return { step: report.failedStep, errno: report.failedErrno }
}

test('a missing program, working directory or interpreter fails the launch', async () => {
  assert.deepEqual(await failure({ ...script(''), files: ['/nowhere/program'] }), { step: step.exec, errno: ENOENT })
  assert.deepEqual(await failure({ ...script(''), cwd: '/nowhere' }), { step: step.cwd, errno: ENOENT })
  assert.deepEqual(await failure({ ...script(''), cwd: '/etc/passwd' }), { step: step.cwd, errno: ENOTDIR })
})

test('candidates are tried in order, and EACCES is remembered', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keeper-steps-'))
  const plain = join(folder, 'plain')
  const shebang = join(folder, 'shebang')
  const binary = join(folder, 'binary')
  writeFileSync(plain, 'text')
  writeFileSync(shebang, '#!/nowhere/interpreter\n')
  writeFileSync(binary, 'no program')
  chmodSync(shebang, 0o755)
  chmodSync(binary, 0o755)
  const found = await kept({ ...script('echo found'), files: ['/nowhere/sh', '/etc/passwd/sh', '/bin/sh'] })
  assert.equal(found.output, 'found\n')
  assert.deepEqual(await failure({ ...script(''), files: [plain, '/nowhere/x'] }), { step: step.exec, errno: EACCES })
  assert.deepEqual(await failure({ ...script(''), files: [shebang] }), { step: step.exec, errno: ENOENT })
  assert.deepEqual(await failure({ ...script(''), files: [binary, '/bin/sh'] }), { step: step.exec, errno: ENOEXEC })
  rmSync(folder, { recursive: true })
})

test('arguments that do not fit fail the launch', async () => {
  const plan = { ...script(''), argv: ['sh', 'x'.repeat(200_000)] }
  assert.deepEqual(await failure(plan), { step: step.exec, errno: E2BIG })
})

test('a program too big for its memory limit fails the launch, by no signal', async () => {
  assert.deepEqual(await failure(fixed('big', [], { memory: 100 * MB })), { step: step.exec, errno: ENOMEM })
  const node = { ...script('', { addressSpace: 20 * MB }), files: [process.execPath] }
  assert.deepEqual(await failure(node), { step: step.exec, errno: ENOMEM })
  assert.equal((await kept(fixed('big', [], { memory: 600 * MB }))).report.launched, true)
})

test('a program whose loader is refused memory fails the launch; one that exits with 127 itself does not', async () => {
  const tight = script('', { addressSpace: 1 * MB })
  assert.deepEqual(await failure(tight), { step: step.exec, errno: ENOMEM })
  assert.deepEqual(await failure({ ...tight, limits: { ...tight.limits, processes: 3 } }), { step: step.exec, errno: ENOMEM })
  const { report } = await kept(script('exit 127', { addressSpace: 100 * MB }))
  assert.deepEqual([report.launched, report.exitCode], [true, 127])
})

test('a job is in a session of its own, with no signal blocked or ignored, in its directory', async () => {
  const { output } = await kept({ ...script('pwd; cat /proc/self/status; cut -d" " -f6 /proc/$$/stat; echo $$'), cwd: '/usr' })
  const lines = output.trimEnd().split('\n')
  assert.equal(lines[0], '/usr')
  assert.equal(lines.at(-1), lines.at(-2))
  const status = parseStatus(output)
  assert.match(status.SigBlk ?? '', /^0{16}$/)
  assert.match(status.SigIgn ?? '', /^0{16}$/)
})

test('nice and no-new-privs are set', async () => {
  const { output } = await kept({ ...script('nice; grep NoNewPrivs /proc/self/status'), nice: 3, noNewPrivs: true })
  assert.equal(output, '3\nNoNewPrivs:\t1\n')
  assert.equal((await kept(script('grep NoNewPrivs /proc/self/status'))).output, 'NoNewPrivs:\t0\n')
})

test('another user: ids are set, groups cleared, and every limit still holds', { skip: !isRoot && 'needs root' }, async () => {
  const uid = unusedUid()
  const ids = await kept({ ...script('id -u; id -g; id -G'), uid, gid: uid })
  assert.equal(ids.output, `${uid}\n${uid}\n${uid}\n`)
  const limits = { processes: 1, memory: 200 * MB, cpuNs: 5_000 * MS, wallNs: 20_000 * MS }
  const { report } = await kept({ ...script('sleep 5 & sleep 5 & wait', limits), uid, gid: uid })
  assert.deepEqual(
    report.causes.map((each) => each.cause),
    [10],
  )
  const none = await kept({ ...script('/bin/true; echo $?', { processes: 0 }), uid, gid: uid })
  assert.deepEqual(
    none.report.causes.map((each) => each.cause),
    [10],
  )
})
