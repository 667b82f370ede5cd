// The shape of pynisher 0.4. It has no close(): a worker that waits for the next call ends with this process, so the check for
// leftovers is not made here but by the example, which is a process of its own.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AnythingError, CpuTimeoutError, enforceLimits, MemorylimitError, StintError, SubprocessError, TimeoutError } from 'stint'
import { ending } from '../support/poll.js'

describe('enforceLimits', () => {
  test('before the first call nothing is known', () => {
    const add = enforceLimits()((a: number, b: number) => a + b)
    assert.deepEqual([add.result, add.exitStatus, add.wallClockTime], [null, undefined, undefined])
  })

  test('a value: exit status 0, wall clock time in seconds', async () => {
    const nap = enforceLimits({ wallTimeInS: 5, memInMb: 300, cpuTimeInS: 5, gracePeriodInS: 1, logger: null })(
      async (ms: number) => {
        await new Promise((resolve) => setTimeout(resolve, ms))
        return ms
      },
    )
    assert.equal(await ending(nap(200)), 200)
    assert.deepEqual([nap.result, nap.exitStatus], [200, 0])
    assert.ok(nap.wallClockTime !== undefined && nap.wallClockTime >= 0.2 && nap.wallClockTime < 5, String(nap.wallClockTime))
  })

  const spin = () => {
    for (;;);
  }
  const grow = () => {
    const held: Buffer[] = []
    for (;;) held.push(Buffer.alloc(4_000_000, 1))
  }
  const child = async () => {
    const { execSync } = await import('node:child_process')
    return execSync('true').length
  }
  const nap = async () => {
    await new Promise((resolve) => setTimeout(resolve, 60_000))
  }
  const failing = () => {
    throw new Error('its own')
  }
  const cases = [
    ['CPU time', { cpuTimeInS: 1 }, spin, CpuTimeoutError],
    ['wall time', { wallTimeInS: 1 }, nap, TimeoutError],
    ['memory', { memInMb: 100 }, grow, MemorylimitError],
    ['one process, which is the job itself', { numProcesses: 1 }, child, SubprocessError],
    ['nothing but its own error', { wallTimeInS: 10 }, failing, AnythingError],
  ] as const
  for (const [what, options, fn, status] of cases) {
    test(`${what}: resolves null, the exit status is the class of the cause`, async () => {
      const limited = enforceLimits(options)(fn as () => unknown)
      assert.equal(await ending(limited()), null)
      assert.deepEqual([limited.result, limited.exitStatus], [null, status])
      assert.ok((limited.wallClockTime ?? -1) >= 0)
    })
  }

  test('null means no limit', async () => {
    const all = { memInMb: null, cpuTimeInS: null, wallTimeInS: null, numProcesses: null, gracePeriodInS: null }
    assert.equal(await ending(enforceLimits(all)(() => 7)()), 7)
  })

  test('two processes allow one child', async () => {
    assert.equal(await ending(enforceLimits({ numProcesses: 2 })(child)()), 0)
  })

  test('what was printed is kept', async () => {
    const limited = enforceLimits({ wallTimeInS: 10 })(() => {
      console.log('out')
      console.error('err')
    })
    await ending(limited())
    assert.ok(limited.stdout === undefined || limited.stdout === 'out\n', limited.stdout)
  })

  test('the properties are those of the call that ended last', async () => {
    const limited = enforceLimits({ wallTimeInS: 10 })(async (ms: number) => {
      await new Promise((resolve) => setTimeout(resolve, ms))
      return ms
    })
    await ending(Promise.all([limited(700), limited(50)]))
    assert.equal(limited.result, 700)
  })

  test('fractions, negative numbers and unknown names are refused', () => {
    for (const [name, value] of Object.entries({
      memInMb: 1.5,
      cpuTimeInS: -1,
      wallTimeInS: Number.NaN,
      numProcesses: '2',
      wallTime: 1,
    })) {
      assert.throws(() => enforceLimits({ [name]: value } as never), StintError, `${name}: ${value}`)
    }
  })
})
