// stint.json: named sets of options, so that a project's limits stand in one place.
import { readFileSync } from 'node:fs'
import { StintError } from '../errors.js'
import { nearest } from '../options/index.js'
import { namesOf } from './flags.js'

/** Taken when --config is given without --profile. */
const standard = 'default'
const besides = ['report', 'junit', 'plot', 'exitCode', 'quiet', 'capture'] as const

export type Profile = Readonly<Record<string, unknown>>

/**
 * The options of one profile, under the names of the API, unchecked but for the names.
 * @param file default stint.json, where --profile is given
 * @throws StintError ERR_STINT_CONFIG: no such file or profile, no JSON, an unknown name
 */
export function readProfile(file: string | undefined, name: string | undefined): Profile {
  if (file === undefined && name === undefined) return {}
  const path = file ?? 'stint.json'
  const { profiles } = parse(path)
  if (!isObject(profiles)) throw wrong(path, "has no object 'profiles'")
  const wanted = name ?? standard
  const profile = Object.hasOwn(profiles, wanted) ? profiles[wanted] : undefined
  if (!isObject(profile)) throw wrong(path, `has no profile '${wanted}'; it has ${Object.keys(profiles).join(', ') || 'none'}`)
  for (const key of Object.keys(profile)) checkName(path, wanted, key)
  return profile
}

function parse(path: string): Record<string, unknown> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new StintError('ERR_STINT_CONFIG', `${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
  } catch (cause) {
    throw new StintError('ERR_STINT_CONFIG', `${path} is no JSON: ${(cause as Error).message}`, { cause })
  }
  throw wrong(path, 'holds no object')
}

function checkName(path: string, profile: string, key: string): void {
  const names = [...namesOf('command'), ...besides]
  if (names.includes(key)) return
  const meant = nearest(
    key.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    names,
  )
  throw wrong(path, `has an unknown option '${key}' in profile '${profile}'${meant ? `; did you mean '${meant}'?` : ''}`)
}

function wrong(path: string, what: string): StintError {
  return new StintError('ERR_STINT_CONFIG', `${path} ${what}.`)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
