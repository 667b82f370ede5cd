// Prints 1 when the compiler has static archives of the C and C++ libraries, else 0: a static keeper starts in half the
// time (no loader runs). A compiler that lacks an archive answers -print-file-name with the bare name.
const { spawnSync } = require('node:child_process')
const { isAbsolute } = require('node:path')

const [compiler, ...flags] = (process.env.CXX ?? 'g++').split(' ')
const has = (archive) => {
  const { stdout } = spawnSync(compiler, [...flags, `-print-file-name=${archive}`], { encoding: 'utf8' })
  return isAbsolute((stdout ?? '').trim())
}
module.exports = () => (has('libc.a') && has('libstdc++.a') ? 1 : 0)
