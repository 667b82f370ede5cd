// Says what this machine can enforce, and by what: every claim is tried in a throw-away child.
import { release } from 'node:os'
import { libc, native } from '../native.js'
import type { DoctorReport, Outcome, Rung } from '../types.js'
import { examineLadder } from './ladder.js'
import { type Runners, type Trial, trials } from './trials.js'

/**
 * Examines the machine. Never rejects; takes about a second.
 * @param run how a command and a function are run under limits
 */
export async function examine(run: Runners): Promise<DoctorReport> {
  const found = findNative()
  const rungs: Rung[] = []
  if (!('missing' in found)) {
    for (const trial of trials) rungs.push(await climb(trial, run))
    rungs.push(...(await examineLadder()))
  }
  return { platform: platform(), native: found, rungs, floors: floors() }
}

async function climb(trial: Trial, run: Runners): Promise<Rung> {
  const { limit, mechanism, remedy } = trial
  try {
    const outcome = await trial.attempt(run)
    if (trial.shows(outcome)) return { limit, mechanism, state: 'used' }
    return { limit, mechanism, state: 'missing', why: `the trial ended as ${describe(outcome)}`, remedy }
  } catch (error) {
    return { limit, mechanism, state: 'missing', why: String(error), remedy }
  }
}

function describe(outcome: Outcome<unknown>): string {
  const { kind, reason, exitCode, signal, launch } = outcome
  const status = launch ? `step '${launch.step}' ${launch.code}` : (signal ?? `exit code ${exitCode}`)
  return `${kind}/${reason} (${status})`
}

function findNative(): DoctorReport['native'] {
  try {
    const { addonPath, keeperPath } = native()
    return { addon: addonPath, keeper: keeperPath }
  } catch (error) {
    return { missing: (error as Error).message }
  }
}

function platform(): DoctorReport['platform'] {
  return { kernel: release(), arch: process.arch, libc: libc(), node: process.version, uid: process.getuid?.() ?? -1 }
}

/** Below these a Node of this major does not boot, or hangs: measured, docs/limits.md. Limits of a job come on top. */
const ADDRESS_SPACE: Readonly<Record<string, number>> = { 20: 712, 22: 735, 24: 1121 }
const NEWEST_ADDRESS_SPACE = 1129

function floors(): DoctorReport['floors'] {
  const major = process.versions.node.split('.')[0] as string
  const addressSpace = (ADDRESS_SPACE[major] ?? NEWEST_ADDRESS_SPACE) * 1e6
  return { memory: 50e6, addressSpace }
}
