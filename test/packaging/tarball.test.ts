import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { mustRun, pack, root } from './consumer.js'

interface Manifest {
  readonly dependencies: Record<string, string>
  readonly scripts: Record<string, string>
  readonly exports: Record<string, { types: string; default: string }>
}

describe('the tarball', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stint-tarball-'))
  const target = `${process.platform}-${process.arch}`
  const inside = join(folder, 'package')
  const has = (path: string) => existsSync(join(inside, path))
  const manifest = () => JSON.parse(readFileSync(join(inside, 'package.json'), 'utf8')) as Manifest

  before(() => void mustRun('tar', ['-xzf', pack(folder), '-C', folder], { cwd: folder, env: process.env }))
  after(() => rmSync(folder, { recursive: true }))

  it('holds the compiled library with its types, the sources of the native part, README and LICENSE', () => {
    const paths = [
      'dist/stint.js',
      'dist/index.d.ts',
      'dist/worker.js',
      'native/binding.gyp',
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
    ]
    assert.deepEqual(
      paths.filter((path) => !has(path)),
      [],
    )
  })

  it('holds an addon and a keeper that may be run', () => {
    assert.ok(has(`prebuilds/${target}/stint.glibc.node`) || has(`prebuilds/${target}/stint.musl.node`))
    assert.equal(statSync(join(inside, `prebuilds/${target}/stint-keeper`)).mode & 0o111, 0o111)
  })

  it('gives no package manager a reason to compile: no binding.gyp in its root, no install script', () => {
    assert.equal(has('binding.gyp'), false)
    assert.deepEqual(
      Object.keys(manifest().scripts).filter((name) => /install|^prepare$/.test(name)),
      [],
    )
  })

  it('holds no tests, scripts, compiled objects or stamps', () => {
    const files = mustRun('find', ['.', '-type', 'f'], { cwd: inside, env: process.env }).trim().split('\n')
    assert.deepEqual(
      files.filter((path) => /^\.\/(test|out|scripts|build|examples|lib)\/|\.o$|\/\.stint/.test(path)),
      [],
    )
  })

  it('needs three packages at run time', () => {
    assert.deepEqual(Object.keys(manifest().dependencies).sort(), ['acorn', 'bindings', 'eslint-scope'])
  })

  it('has every file that its exports name', () => {
    const named = Object.values(manifest().exports).flatMap((entry) =>
      typeof entry === 'string' ? [entry] : Object.values(entry),
    )
    assert.deepEqual(
      named.filter((path) => !has(path)),
      [],
    )
  })
})

describe('the lock file', () => {
  it('names no registry, so that any mirror serves', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { resolved?: string }>
    }
    assert.deepEqual(
      Object.entries(lock.packages).filter(([, entry]) => entry.resolved !== undefined),
      [],
    )
  })
})
