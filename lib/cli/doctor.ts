// `stint doctor`: what this machine can enforce, as a table or as JSON.
import { doctor } from '../index.js'
import type { DoctorReport, Rung } from '../types.js'
import { bytesText } from '../verdict/quantities.js'
import { version } from './version.js'

const marks: Readonly<Record<Rung['state'], string>> = { used: '✓ used', available: '· available', missing: '✗ missing' }

/** Prints the report; exit code 1 where nothing can be run at all. */
export async function printDoctor(json: boolean): Promise<void> {
  const report = await doctor()
  process.stdout.write(json ? `${JSON.stringify({ stint: version(), ...report }, undefined, 2)}\n` : asText(report))
  if ('missing' in report.native) process.exitCode = 1
}

/** The report for people. */
function asText({ platform, native, rungs, floors }: DoctorReport): string {
  const { kernel, arch, libc, node, uid } = platform
  const binary =
    'missing' in native ? [`binary    missing: ${native.missing}`] : [`addon     ${native.addon}`, `keeper    ${native.keeper}`]
  return [
    `stint ${version()}`,
    `machine   Linux ${kernel}, ${arch}, ${libc}, Node ${node}, ${uid === 0 ? 'root' : `user ${uid}`}`,
    ...binary,
    `floors    a Node under limits boots from ${bytesText(floors.memory)} of memory and ${bytesText(floors.addressSpace)} of address space`,
    '',
    ...table(rungs),
    '',
  ].join('\n')
}

function table(rungs: readonly Rung[]): string[] {
  const width = (text: (rung: Rung) => string) => Math.max(0, ...rungs.map((rung) => text(rung).length))
  const [limits, states] = [width((rung) => rung.limit), width((rung) => marks[rung.state])]
  return rungs.flatMap((rung, index) => {
    const limit = rungs[index - 1]?.limit === rung.limit ? '' : rung.limit
    const indent = ' '.repeat(limits + states + 4)
    const notes = [rung.why, rung.remedy && `→ ${rung.remedy}`].filter((note) => note !== undefined && note !== '')
    return [
      `${limit.padEnd(limits)}  ${marks[rung.state].padEnd(states)}  ${rung.mechanism}`,
      ...notes.map((note) => `${indent}${note}`),
    ]
  })
}
