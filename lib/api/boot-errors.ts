// A worker that could not load the user's module, in words.
import { StintError } from '../errors.js'
import { BootError } from '../launch/seat.js'
import { signalName, stepName } from '../plan/index.js'
import { Unfit } from '../template/unfit.js'

/** A BootError as the StintError that a user meets; anything else as it is. */
export function wordBootError(error: unknown): unknown {
  if (error instanceof Unfit) {
    const message = `The module is not fit for isolation 'fork': ${error.why}.`
    return new StintError('ERR_STINT_UNFIT', message, { option: 'isolation', value: 'fork', accepted: "'exec' or 'auto'" })
  }
  if (!(error instanceof BootError)) return error
  const { failure } = error
  if (failure.type === 'import') {
    return new StintError('ERR_STINT_IMPORT', `The module cannot be imported: ${summary(failure.error)}`, {
      option: 'module',
      cause: failure.error,
    })
  }
  const why =
    failure.type === 'launch' ? `step '${stepName(failure.step)}' failed with errno ${failure.errno}` : deathOf(failure.report)
  return new StintError('ERR_STINT_BOOT', `The worker ended before it could run a job: ${why}.`, { option: 'module' })
}

function summary(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function deathOf(report: (BootError['failure'] & { type: 'died' })['report']): string {
  if (report === undefined) return 'its keeper was killed'
  if (report.failedStep !== 0) return `step '${stepName(report.failedStep)}' failed with errno ${report.failedErrno}`
  if (report.causes.length > 0) return 'it did not boot in time'
  if (report.signal !== 0) return `the module's import ended with ${signalName(report.signal)}`
  return `the module's import ended the process with exit code ${report.exitCode}`
}
