// What the demo runs under limits: each function is exported, each call of it runs in a process of its own.
import { pbkdf2Sync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { parse } from 'acorn'

/** Parses a real program with acorn and counts its tokens. */
export function countTokens(path) {
  let tokens = 0
  const program = parse(readFileSync(path, 'utf8'), { ecmaVersion: 'latest', onToken: () => tokens++ })
  return { tokens, statements: program.body.length }
}

/** A regular expression that is harmless on friendly text and exponential on hostile text. */
export function isSlug(text) {
  return /^([a-z0-9]+-?)+$/.test(text)
}

export function inflatedSize(archive) {
  return gunzipSync(archive).length
}

/** A cache that nobody ever empties. */
export function growMap() {
  const cache = new Map()
  for (let key = 0; ; key++) cache.set(`user ${key}`, { key, seen: [key] })
}

export function growBuffers() {
  const chunks = []
  for (;;) chunks.push(Buffer.alloc(1_000_000, 1))
}

// (module (func (export "spin") (loop br 0))) in WebAssembly's binary format
const endlessLoop = new Uint8Array([
  ...[0, 97, 115, 109, 1, 0, 0, 0], // magic number and version
  ...[1, 4, 1, 96, 0, 0], // one type: () -> ()
  ...[3, 2, 1, 0], // one function of that type
  ...[7, 8, 1, 4, 115, 112, 105, 110, 0, 0], // exported as 'spin'
  ...[10, 9, 1, 7, 0, 3, 64, 12, 0, 11, 11], // its code: loop, br 0, end
])

export async function spinInWebAssembly() {
  const { instance } = await WebAssembly.instantiate(endlessLoop)
  instance.exports.spin()
}

/** One call into OpenSSL that takes hours; no JavaScript runs until it is back. */
export function derive() {
  return pbkdf2Sync('password', 'salt', 2_000_000_000, 64, 'sha512')
}
