// The same by child_process.fork, without limits.
import { forked } from './others/contestants.mjs'

if ((await forked('trivial', 1)) !== 2) throw new Error('a wrong value')
