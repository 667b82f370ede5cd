import { readFileSync } from 'node:fs'

/**
 * The fields of /proc/PID/stat behind the name, which stands in brackets and may hold anything: [0] is the state, [1] the parent,
 * [3] the session (proc_pid_stat(5), whose field numbers are higher by 3). Undefined when the process is gone.
 */
export function statFields(pid: number): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}
