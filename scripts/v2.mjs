// `npm run test:v2`: what control groups do, tested on a Linux whose groups are v2 alone, with controllers for memory and processes, as
// most servers have it: user-mode Linux, which boots from this machine's own files within seconds and asks for no rights. Twice: as root
// in the root's group, and as a plain user in a group whose parent was given to him (delegation, cgroups(7)).
// A page costs some 40 µs there, and there is one processor: how late an ending is says nothing.
//   npm run test:v2                        the tests of every rung that a group serves
//   npm run test:v2 -- conformance/ladder  other tests
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { attempt, fail, run } from './command.mjs'
import { testFiles } from './test-files.mjs'

const KERNEL = 'linux.uml'
const MOST_SECONDS = 1200
const UID = 52_001
const groups = 'a memory cgroup|cpu.stat of a v2 group|a pids cgroup and a look|a frozen group and cgroup.kill'
const rungs = ['tree-memory', 'tree-cpu-time', 'processes', 'leftovers', 'functions'].map(
  (name) => `out/conformance/${name}.test.js`,
)

process.chdir(join(import.meta.dirname, '..'))
if (!attempt(KERNEL, ['--version']).ok) fail(`test:v2: ${KERNEL} not found. On Debian: sudo apt-get install -y user-mode-linux`)
const filters = process.argv.slice(2)
const runs = filters.length > 0 ? [[testFiles(filters)]] : [[['out/conformance/ladder.test.js']], [rungs, `/, by (${groups})$/`]]
const folder = mkdtempSync(join(tmpdir(), 'stint-v2-'))
chmodSync(folder, 0o755)
const failed = join(folder, 'failed')
mkdirSync(join(folder, 'tmp'))
writeFileSync(join(folder, 'init'), init(), { mode: 0o755 })
const disk = join(folder, 'disk')
writeFileSync(disk, '')
truncateSync(disk, 2 ** 30)
run('mkfs.ext4', ['-q', '-F', disk])
const settings = ['rootfstype=hostfs', 'rootflags=/', 'rw', `init=${join(folder, 'init')}`, 'mem=3000M', `ubd0=${disk}`]
const child = spawnSync(KERNEL, [...settings, 'con=null', 'con0=null,fd:1', 'quiet'], {
  stdio: ['ignore', 'inherit', 'inherit'],
  timeout: MOST_SECONDS * 1000,
  killSignal: 'SIGKILL',
})
const ended = child.error === undefined ? readFileSync(failed, 'utf8').trim() : String(child.error)
rmSync(folder, { recursive: true, force: true })
console.log(ended === 'none' ? 'passed on groups of v2' : `failed on groups of v2: ${ended}`)
process.exitCode = ended === 'none' ? 0 : 1

/** The first process of that kernel: what a machine mounts, the two places, the tests. */
function init() {
  const as = (who, prefix = '') =>
    runs.map(([files, pattern]) => `${prefix}${nodeTest(files, pattern)} || failed="$failed ${who}"`).join('\n')
  return `#!/bin/sh
export PATH=${process.env.PATH} CI=true TMPDIR=${join(folder, 'tmp')} HOME=${join(folder, 'tmp')}
echo 'the kernel ended early' >${failed}
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs -o mode=755 dev /dev
mknod -m 666 /dev/null c 1 3; mknod -m 666 /dev/zero c 1 5; mknod -m 666 /dev/random c 1 8; mknod -m 666 /dev/urandom c 1 9
mknod -m 666 /dev/tty c 5 0; mknod -m 666 /dev/ptmx c 5 2; mknod /dev/ubda b 98 0; ln -s /proc/self/fd /dev/fd
mkdir -m 1777 /dev/shm /dev/pts
mount -t tmpfs -o mode=1777 shm /dev/shm
mount -t devpts pts /dev/pts
mount -t ext4 /dev/ubda ${join(folder, 'tmp')}
chmod 1777 ${join(folder, 'tmp')}
ip link set lo up
groups=/sys/fs/cgroup
mount -t cgroup2 none $groups
echo '+memory +pids +cpu' >$groups/cgroup.subtree_control
cd ${resolve('.')}
failed=
${as('root')}
mkdir -p $groups/given/own
echo '+memory +pids +cpu' >$groups/given/cgroup.subtree_control
for group in $groups/given $groups/given/own; do
  chown ${UID} $group $group/cgroup.procs $group/cgroup.threads $group/cgroup.subtree_control
done
echo $$ >$groups/given/own/cgroup.procs
${as('plain-user', `setpriv --reuid=${UID} --regid=${UID} --clear-groups --inh-caps=-all `)}
echo \${failed:-none} >${failed}
poweroff -f
`
}

function nodeTest(files, pattern) {
  const flags = ['--test', '--test-concurrency=1', '--test-timeout=300000', '--test-reporter=spec']
  const named = pattern === undefined ? [] : [`'--test-name-pattern=${pattern}'`]
  return [process.execPath, ...flags, ...named, ...files].join(' ')
}
