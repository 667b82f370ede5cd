// The sources of each gyp target, found by listing, so that a new file needs no edit here. Printed relative to the
// folder that gyp runs in: the project's root (binding.gyp there includes native/binding.gyp) or native/ itself.
const { existsSync, readdirSync } = require('node:fs')
const { basename, join, relative } = require('node:path')

const shared = () => ['keep', 'launch', 'channel', 'support'].flatMap(list)
const needsNode = (file) => /^(napi|uv)_/.test(basename(file)) // the addon's alone
const targets = {
  shared: () => shared().filter((file) => !needsNode(file)),
  addon: () => ['addon.cc', ...['probe', 'template'].flatMap(list), ...shared().filter(needsNode)],
  keeper: () => ['keeper_main.cc'],
  tests: () => list('tests'),
}

/** @param {'shared' | 'addon' | 'keeper' | 'tests'} target */
module.exports = (target) => {
  const files = targets[target]()
  return files.map((file) => relative(process.cwd(), join(__dirname, file))).join(' ')
}

function list(folder) {
  const path = join(__dirname, folder)
  if (!existsSync(path)) return []
  return readdirSync(path)
    .filter((file) => file.endsWith('.cc'))
    .sort()
    .map((file) => join(folder, file))
}
