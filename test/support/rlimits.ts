// Reads back what the kernel holds: /proc/PID/limits and /proc/PID/status (proc_pid_limits(5), proc_pid_status(5)).
import { readFileSync } from 'node:fs'

/** Soft and hard value of each limit, by its name there ('Max data size'); Infinity for 'unlimited'. */
export type Rlimits = Readonly<Record<string, { readonly soft: number; readonly hard: number }>>

/** The limits in a text of /proc/PID/limits. */
export function parseLimits(text: string): Rlimits {
  const rows = text.matchAll(/^(Max .+?) {2,}(\S+) +(\S+)/gm)
  return Object.fromEntries([...rows].map(([, name, soft, hard]) => [name, { soft: parse(soft), hard: parse(hard) }]))
}

/** The limits of a living process. */
export function limitsOf(pid: number | 'self'): Rlimits {
  return parseLimits(readFileSync(`/proc/${pid}/limits`, 'utf8'))
}

/** The fields of a text of /proc/PID/status. */
export function parseStatus(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...text.matchAll(/^(\w+):[ \t]*(.*)$/gm)].map(([, name, value]) => [name, value]))
}

/** The fields of /proc/PID/status of a living process. */
export function statusOf(pid: number | 'self'): Readonly<Record<string, string>> {
  return parseStatus(readFileSync(`/proc/${pid}/status`, 'utf8'))
}

function parse(value: string | undefined): number {
  return value === 'unlimited' ? Number.POSITIVE_INFINITY : Number(value)
}
