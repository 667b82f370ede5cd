import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('../../../scripts/layers.mjs', import.meta.url))

/** Runs the checks over a tree made of these files. */
function check(files: Record<string, string>): { ok: boolean; text: string } {
  const root = mkdtempSync(join(tmpdir(), 'stint-layers-'))
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    const child = spawnSync(process.execPath, [script, root], { encoding: 'utf8', timeout: 10_000 })
    return { ok: child.status === 0, text: child.stdout + child.stderr }
  } finally {
    rmSync(root, { recursive: true })
  }
}

const longFunction = `int Long() {\n${'  Step();\n'.repeat(80)}}\n`

const refused: Record<string, { files: Record<string, string>; says: RegExp }> = {
  'a stage that imports values of an earlier stage': {
    files: { 'lib/supervise/a.ts': "import { b } from '../plan/b.js'\n" },
    says: /lib\/supervise\/a\.ts may not import values of lib\/plan\/b\.js/,
  },
  'a stage that imports types of a later stage': {
    files: { 'lib/plan/a.ts': "import type { B } from '../verdict/b.js'\n" },
    says: /lib\/plan\/a\.ts may not import types of lib\/verdict\/b\.js/,
  },
  'an import that spans lines': {
    files: { 'lib/options/a.ts': "import {\n  b,\n  type C,\n} from '../launch/b.js'\n" },
    says: /may not import values of lib\/launch\/b\.js/,
  },
  'an import() of a stage': {
    files: { 'lib/worker/a.ts': "const b = await import('../options/b.js')\n" },
    says: /may not import values of lib\/options\/b\.js/,
  },
  'the public worker entry loading the native part': {
    files: { 'lib/worker.ts': "import { native } from './native.js'\n" },
    says: /lib\/worker\.ts may not import values of lib\/native\.js/,
  },
  'a second file that loads the addon': {
    files: { 'lib/launch/a.ts': "const addon = require('bindings')('stint')\n" },
    says: /only lib\/native\.ts does/,
  },
  'a file of no area': { files: { 'lib/other/a.ts': '' }, says: /lib\/other\/a\.ts belongs to no area/ },
  'a header of Node in the keeper': {
    files: { 'native/keep/loop.cc': '#include <napi.h>\n' },
    says: /native\/keep\/loop\.cc includes a header of Node/,
  },
  'a header for Node in the keeper': {
    files: { 'native/keep/loop.cc': '#include "support/napi_fields.h"\n' },
    says: /native\/keep\/loop\.cc includes a header of Node/,
  },
  'a file of more than 400 lines': { files: { 'lib/plan/a.ts': '//\n'.repeat(401) }, says: /has 401 lines, 400 at most/ },
  'a C++ function of more than 80 lines': { files: { 'native/keep/a.cc': longFunction }, says: /function of 82 lines/ },
  'a C++ file in camel case': { files: { 'native/keep/aB.cc': '' }, says: /not named in snake_case/ },
  'a TypeScript file in snake case': { files: { 'lib/plan/a_b.ts': '' }, says: /not named in kebab-case/ },
  'a folder whose name says nothing': { files: { 'lib/plan/helpers/a.ts': '' }, says: /"helpers" does not say/ },
}

describe('the check of layers and house rules', () => {
  for (const [what, { files, says }] of Object.entries(refused)) {
    it(`refuses ${what}`, () => {
      const { ok, text } = check(files)
      assert.equal(ok, false)
      assert.match(text, says)
    })
  }

  it('accepts types of earlier stages, what is shared, and the files that join stages', () => {
    const { ok, text } = check({
      'lib/verdict/a.ts':
        "import type { B } from '../supervise/b.js'\nimport { type C, type D } from '../plan/c.js'\nimport { E } from '../errors.js'\n",
      'lib/run.ts': "import { judge } from './verdict/a.js'\nexport { launch } from './launch/a.js'\n",
      'lib/worker/main.ts': "import { decode } from '../transport/index.js'\nimport { native } from '../native.js'\n",
      'native/keep/a.cc': 'int Short() {\n  return 0;\n}\n',
    })
    assert.equal(text, '')
    assert.equal(ok, true)
  })

  it('notes a file of more than 250 lines and goes on', () => {
    const { ok, text } = check({ 'lib/plan/a.ts': '//\n'.repeat(251) })
    assert.equal(ok, true)
    assert.match(text, /note: lib\/plan\/a\.ts has 251 lines/)
  })
})
