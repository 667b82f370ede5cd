// Where stint can run at all. Importing never throws: only what starts processes does.
import { StintError } from '../errors.js'
import { native } from '../native.js'

/** @throws StintError ERR_STINT_PLATFORM not Linux, or without a native build */
export function assertPlatform(caller: string): void {
  if (process.platform !== 'linux') {
    throw new StintError('ERR_STINT_PLATFORM', `${caller}() needs Linux; this is ${process.platform}.`, { accepted: 'linux' })
  }
  try {
    native()
  } catch (error) {
    throw new StintError('ERR_STINT_PLATFORM', (error as Error).message, { cause: error })
  }
}
