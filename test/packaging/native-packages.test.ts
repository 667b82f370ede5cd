// Packages with native parts of their own, in a template: which may be forked, and what happens where one may not. Those that bring
// their binaries are installed here. better-sqlite3 has to be compiled where its own server is not reached, a minute of work: its rows are
// run by `npm run test:packages`, which names the folder where it has been done.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { limitModule } from 'stint'
import { ending } from '../support/poll.js'
import { closing, leavesNothing } from '../support/suite.js'
import { type Project, project } from './consumer.js'

interface Row {
  /** A module whose `call` is tried, given a word or number. */
  readonly module: string
  readonly args: readonly unknown[]
  /** Of two calls at once, then two one after the other. */
  readonly values: readonly unknown[]
  /** Why it is unfit; without, it is fit. */
  readonly unfit?: RegExp
}
type Rows = Readonly<Record<string, Row>>

const withBinaries: Rows = {
  'sharp, used by a call': {
    module: `import sharp from 'sharp'
export const call = async (width) => {
  const { info } = await sharp({ create: { width: 200, height: 100, channels: 3, background: 'red' } })
    .resize(width).png().toBuffer({ resolveWithObject: true })
  return [info.format, info.width, info.height]
}`,
    args: [40],
    values: Array(4).fill(['png', 40, 20]),
  },
  'sharp, used while the module is imported': {
    module: `import sharp from 'sharp'
const image = await sharp({ create: { width: 200, height: 100, channels: 3, background: 'red' } }).png().toBuffer()
export const call = async (width) => (await sharp(image).resize(width).toBuffer({ resolveWithObject: true })).info.height`,
    args: [40],
    values: Array(4).fill(20),
    unfit: /^the module has started .*threads?, which a fork does not copy$/,
  },
  'bcrypt, with and without threads': {
    module: `import bcrypt from 'bcrypt'
const known = bcrypt.hashSync('word', 4)
export const call = async (word) => [bcrypt.compareSync(word, known), await bcrypt.compare(word, await bcrypt.hash(word, 4))]`,
    args: ['word'],
    values: Array(4).fill([true, true]),
  },
}

const compiledIn = process.env.STINT_PACKAGES
const sqlite = `import Database from '${pathToFileURL(join(compiledIn ?? '', 'node_modules/better-sqlite3/lib/index.js'))}'`
const compiled: Rows = {
  'better-sqlite3, with a database in memory that was filled while the module was imported': {
    module: `${sqlite}
const database = new Database(':memory:')
database.exec('create table words (word)')
const add = database.prepare('insert into words values (?)')
add.run('first')
export const call = (word) => [add.run(word).lastInsertRowid, database.prepare('select count(*) as n from words').get().n]`,
    args: ['second'],
    values: Array(4).fill([2, 2]),
  },
  'better-sqlite3, with a file that each call opens': {
    module: `${sqlite}
export const call = (word) => {
  const database = new Database(new URL('opened.db', import.meta.url).pathname)
  try {
    database.exec('create table if not exists words (word)')
    return database.prepare('insert or replace into words (rowid, word) values (1, ?)').run(word).changes
  } finally {
    database.close()
  }
}`,
    args: ['first'],
    values: [1, 1, 1, 1],
  },
  'better-sqlite3, with a file that was opened while the module was imported': {
    module: `${sqlite}
const database = new Database(new URL('shared.db', import.meta.url).pathname)
database.exec('create table if not exists words (word)')
export const call = (word) => database.prepare('insert or replace into words (rowid, word) values (1, ?)').run(word).changes`,
    args: ['first'],
    values: [1, 1, 1, 1],
    unfit: /^the module has left something open, which forks would share: .*shared\.db/,
  },
}

const rows = compiledIn === undefined ? withBinaries : { ...withBinaries, ...compiled }

describe('a package with a native part', () => {
  leavesNothing()
  let app: Project

  before(() => {
    app = project()
    app.install('sharp@^0.35', 'bcrypt@^6')
  })
  after(() => app.remove())

  for (const [index, [title, row]] of Object.entries(rows).entries()) {
    test(`${title}, is ${row.unfit ? 'unfit, which its calls do not notice' : 'fit'}`, async () => {
      const name = `tasks-${index}.mjs`
      app.write({ [name]: row.module })
      const { call } = closing(
        limitModule<{ call(...args: unknown[]): unknown }>(pathToFileURL(join(app.folder, name)), { concurrency: 2 }),
      )
      const once = () => call.run(...row.args)
      const together = await ending(Promise.all([once(), once()]))
      const outcomes = [...together, await ending(once()), await ending(once())]
      assert.deepEqual(
        outcomes.map((outcome) => (outcome.kind === 'Ok' ? outcome.value : outcome.error)),
        row.values,
      )
      for (const { isolation, isolationNote } of outcomes) {
        assert.equal(isolation, row.unfit ? 'exec' : 'fork', isolationNote)
        if (row.unfit) assert.match(isolationNote ?? '', row.unfit)
      }
    })
  }
})
