// `npm run fuzz`: the native decoders and a whole keeper under random input, built with AddressSanitizer and UBSan in build/asan;
// then the seeded property tests of transport, options and judge. STINT_FUZZ = cases for each test (default a million).
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { buildNative } from './native-build.mjs'
import { stage } from './stage.mjs'
import { testFiles } from './test-files.mjs'

process.chdir(join(import.meta.dirname, '..'))
const env = { STINT_FUZZ: '1000000', UBSAN_OPTIONS: 'halt_on_error=1:print_stacktrace=1', ...process.env }
const folder = stage('asan')
console.error('fuzz: building')
buildNative({ folder, defines: { stint_sanitize: 'address,undefined' } })

const property = testFiles(['unit/transport/', 'unit/options/', 'unit/verdict/'])
const results = [
  spawnSync(join(folder, 'build/Release/stint-native-tests'), { env, stdio: ['ignore', 'inherit', 'inherit'] }),
  spawnSync(process.execPath, ['--test', '--test-reporter=dot', ...property], { env, stdio: ['ignore', 'inherit', 'inherit'] }),
]
process.exitCode = results.every(({ status }) => status === 0) ? 0 : 1
