// The example of pynisher's README, ported: sleep t seconds, for t from 0 to 4, under a wall time limit of 2 s.
// Prints value, result, exit status and wall clock time of each call.
import { enforceLimits } from 'stint'

const nap = enforceLimits({ wallTimeInS: 2 })(async (seconds: number) => {
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
  return seconds
})

for (let seconds = 0; seconds < 5; seconds++) {
  const value = await nap(seconds)
  const status = nap.exitStatus === 0 ? 0 : nap.exitStatus?.name
  console.log(
    `value: ${value}, result: ${nap.result}, exit status: ${status}, wall clock time: ${nap.wallClockTime?.toFixed(1)} s`,
  )
}
