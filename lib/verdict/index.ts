// Last stage: evidence becomes the verdict, the verdict the outcome.
export { type CauseRow, cause, causeRow, type KindAndReason } from './causes.js'
export { judge, type Verdict } from './judge.js'
export { conclude } from './outcome.js'
export { toRejection } from './rejection.js'
