// The sources of each gyp target, found by listing, so that a new file needs no edit here. Printed relative to the
// folder that gyp runs in: the project's root (binding.gyp there includes native/binding.gyp) or native/ itself.
const { existsSync, readdirSync } = require('node:fs')
const { join, relative } = require('node:path')

const folders = {
  addon: ['launch', 'keep', 'probe', 'channel', 'support', 'template'],
  keeper: ['keep', 'support'],
  tests: ['keep', 'launch', 'channel', 'support', 'tests'],
}
const mains = { addon: 'addon.cc', keeper: 'keeper_main.cc', tests: undefined }
const inNode = /^(napi|uv)_/ // files that need Node: not in the keeper, nor in the tests of pure code

/** @param {'addon' | 'keeper' | 'tests'} target */
module.exports = (target) => {
  const files = folders[target].flatMap((folder) => list(folder, target))
  if (mains[target]) files.unshift(mains[target])
  return files.map((file) => relative(process.cwd(), join(__dirname, file))).join(' ')
}

function list(folder, target) {
  const path = join(__dirname, folder)
  if (!existsSync(path)) return []
  return readdirSync(path)
    .filter((file) => file.endsWith('.cc') && (target === 'addon' || !inNode.test(file)))
    .sort()
    .map((file) => join(folder, file))
}
