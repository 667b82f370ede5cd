// What the plan needs to know of the host; passed in, so that the stage stays pure.

/** The host's own `process`, as far as a plan depends on it. */
export interface HostFacts {
  readonly env: NodeJS.ProcessEnv
  readonly execPath: string
  readonly execArgv: readonly string[]
}

/** NAME=value for each variable that has a value. */
export function environmentList(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
}
