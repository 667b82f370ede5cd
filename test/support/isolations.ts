/** Every way to run a function: behaviours are tested with each. */
export const ISOLATIONS = ['exec', 'fork'] as const
export type Isolation = (typeof ISOLATIONS)[number]
