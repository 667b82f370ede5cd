// Stage 2: parsed options become the plan of a process.
export { planCommand } from './command.js'
export type { HostFacts } from './facts.js'
export { nativeLimits, noLimits, resolveLimits } from './limits.js'
export { stripFlags, stripNodeOptions } from './node-flags.js'
export { bootDeadlineMs, type Plan } from './plan.js'
export { signalName, signalNumber } from './signals.js'
export { type StepName, stepName, stepNumber } from './steps.js'
export { depthOf, depthVariable, maxDepth, planTemplate, planWorker } from './worker.js'
