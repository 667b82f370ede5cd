// Stage 1: what the user wrote becomes frozen, checked, plain data.
export { enforceToFunctionOptions } from './enforce.js'
export { nearest } from './nearest.js'
export { parseCommandOptions, parseFunctionOptions } from './parse.js'
export type { Logger, ParsedCommandOptions, ParsedCommon, ParsedFunctionOptions, ParsedLimits } from './parsed.js'
export { refuse, show } from './refuse.js'
export type { Target } from './unknown.js'
