// Importing this gives the test file a temporary folder of its own: what others leave in the machine's is not to be mistaken
// for ours.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'stint-test-'))
chmodSync(folder, 0o711) // a plain user's home lies below it
process.env.TMPDIR = folder
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
