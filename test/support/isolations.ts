/**
 * The ways to run a function that behaviours are tested with: STINT_ISOLATIONS, or else 'exec'. Isolation 'fork', which 'auto' chooses, is
 * tested by every behaviour with STINT_ISOLATIONS=exec,fork, as .ci/run does on Node 24, and by fork.test.ts and forked-workers.test.ts always.
 */
export type Isolation = 'exec' | 'fork'
export const ISOLATIONS = (process.env.STINT_ISOLATIONS?.split(',') ?? ['exec']) as readonly Isolation[]
