/**
 * The ways to run a function that behaviours are tested with: STINT_ISOLATIONS, or else the default one. Isolation 'fork' is
 * tested by every behaviour with STINT_ISOLATIONS=exec,fork, and by fork.test.ts always.
 */
export type Isolation = 'exec' | 'fork'
export const ISOLATIONS = (process.env.STINT_ISOLATIONS?.split(',') ?? ['exec']) as readonly Isolation[]
