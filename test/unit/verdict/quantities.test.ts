import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesText } from '#lib/verdict/quantities.js'

test('a size is told in the system of units in which it is rounder', () => {
  assert.equal(bytesText(512 * 1024 ** 2), '512 MiB')
  assert.equal(bytesText(500e6), '500 MB')
  assert.equal(bytesText(1.4 * 1024 ** 3), '1.4 GiB')
  assert.equal(bytesText(Number.POSITIVE_INFINITY), 'any size')
})

test('a peak is told in the units of its limit, so that the two can be compared', () => {
  assert.equal(bytesText(100_257_792, 100e6), '100.3 MB')
  assert.equal(bytesText(100_257_792, 96 * 1024 ** 2), '95.6 MiB')
  assert.equal(bytesText(1_200_000_000, 500e6), '1.2 GB')
})
