// The command from the tarball, as `npx stint` has it: in an empty folder, with nothing to fetch but what stint itself needs; as root and
// as a plain user. And what README says about installing it.
import assert from 'node:assert/strict'
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { blocksOf } from '../support/pages.js'
import { isRoot, unusedUid } from '../support/plain-user.js'
import { type Project, pack, project, type Ran } from './consumer.js'

// The plain user goes first: what root's npx writes to the cache, others may not change.
const users: readonly (readonly [who: string, uid: number | undefined])[] = [
  ...(isRoot ? [['a plain user', unusedUid()] as const] : []),
  ['the user of the tests', undefined],
]

describe('npx with the tarball in an empty folder', () => {
  let empty: Project
  let tarball: string

  before(() => {
    empty = project()
    tarball = pack(empty.folder)
    empty.fillCache(tarball)
  })
  after(() => empty.remove())

  for (const [who, uid] of users) {
    const npx = (...words: string[]): Ran => empty.npx(['--yes', '--package', tarball, 'stint', ...words], uid)

    it(`runs a command, and says nothing of its own, as ${who}`, () => {
      assert.deepEqual(npx('run', '--memory', '100MB', '--wall-time', '30s', '--', 'sh', '-c', 'echo ran; exit 3'), {
        status: 3,
        stdout: 'ran\n',
        stderr: '',
      })
    })

    it(`ends a command at its limit, as ${who}`, () => {
      const ran = npx('run', '--wall-time', '200ms', '--', 'sleep', '60')
      assert.equal(ran.status, 124)
      assert.match(ran.stderr, /^stint: Timeout: sleep ran into its limit wallTime of 200 ms; .*\n$/)
    })

    it(`calls a function, as ${who}`, () => {
      empty.write({ 'tasks.mjs': 'export const add = (a, b) => a + b\n' })
      assert.deepEqual(npx('call', './tasks.mjs#add', '--args', '[1, 2]', '--memory', '64MB'), {
        status: 0,
        stdout: '3\n',
        stderr: '',
      })
    })

    it(`measures, as ${who}`, () => {
      const ran = npx('measure', '-n', '2', '--', 'sh', '-c', 'sleep 0.1')
      assert.equal(ran.status, 0, ran.stderr)
      assert.match(
        ran.stdout,
        /^ {2}stint run --memory \S+ --cpu-time \S+ --wall-time \S+ --processes \d+ -- sh -c 'sleep 0\.1'$/m,
      )
    })

    it(`tells what the machine can do, with the binaries of the tarball, as ${who}`, () => {
      const ran = npx('doctor', '--json')
      assert.equal(ran.status, 0, ran.stderr)
      const { native, platform } = JSON.parse(ran.stdout) as { native: { addon: string }; platform: { uid: number } }
      assert.match(native.addon, /\/stint\/prebuilds\//)
      assert.equal(platform.uid, uid ?? process.getuid?.())
    })
  }
})

describe('what README says about installing', () => {
  let empty: Project

  before(() => {
    empty = project()
    const named = readmeBlock('install').trim().split(' ')
    assert.deepEqual(named.slice(0, 2), ['npm', 'install'])
    empty.install(...named.slice(2).map((name) => (name === 'stint' ? pack(empty.folder) : name)))
  })
  after(() => empty.remove())

  it('is the size on disk', () => {
    const text = readFileSync(join(empty.folder, 'node_modules/stint/README.md'), 'utf8')
    const told = Number(/([\d.]+) MB on disk/.exec(text)?.[1]) * 1e6
    const real = sizeOf(join(empty.folder, 'node_modules'))
    assert.ok(Math.abs(real - told) < told / 10, `${told} B are told, ${real} B there`)
  })

  it('is the size of the bundled command', () => {
    const dist = join(empty.folder, 'node_modules/stint/dist')
    const text = readFileSync(join(dist, '../README.md'), 'utf8')
    const told = Number(/bundled files of ([\d.]+) kB/.exec(text)?.[1]) * 1e3
    const files = readdirSync(dist).filter((name) => /^cli.*\.cjs/.test(name))
    const real = files.reduce((sum, name) => sum + sizeOf(join(dist, name)), 0)
    assert.ok(Math.abs(real - told) < told / 10, `${told} B are told, ${real} B there`)
  })
})

function readmeBlock(word: string): string {
  return blocksOf('README.md').find(({ words }) => words.includes(word))?.text ?? ''
}

/** Blocks on disk, as du(1) counts them: what `on disk` means. */
function sizeOf(path: string): number {
  const { blocks, size } = lstatSync(path)
  if (!lstatSync(path).isDirectory()) return Math.max(size, blocks * 512)
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), blocks * 512)
}
