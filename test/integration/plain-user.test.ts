// The same behaviours for a user who is not root: root is exempt from some limits, and may do what others may not.
// Where the tests are already run by such a user, there is nothing to add.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isRoot, type PlainUser, plainUser } from '../support/plain-user.js'
import { within } from '../support/poll.js'
import { allPrograms } from '../support/programs.js'
import { commandBehaviours } from '../support/suite.js'

const files = ['leftovers', 'in-force', 'commands', 'enforce-limits', 'demo'].map((name) => `integration/${name}`)

if (isRoot) {
  commandBehaviours('as a plain user', () => {
    let user: PlainUser
    before(() => {
      allPrograms() // that user may not write where they lie
      user = plainUser()
    })
    after(() => user.remove())

    const holds = async (file: string) => {
      const { code, output } = await within(150_000, user.run(`out/${file}.test.js`))
      assert.equal(code, 0, output)
      assert.match(output, /^# pass [1-9]/m)
      assert.match(output, /^# fail 0$/m)
    }

    test('processes are counted as they are for root', () => holds('integration/processes'))
    for (const file of [...files, 'conformance/refusals']) test(`the behaviours of ${file} hold`, () => holds(file))
  })
}
