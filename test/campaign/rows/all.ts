import type { Scenario } from '../scenario.js'
import { endings } from './endings.js'
import { kills } from './kills.js'
import { launches } from './launches.js'
import { memory } from './memory.js'
import { processes } from './processes.js'
import { time } from './time.js'

/** Every row of the campaign. */
export const scenarios: readonly Scenario[] = [...endings, ...time, ...memory, ...processes, ...launches, ...kills]
