// docs/scenarios.md names a test for each row: by file, and by title with * where a loop puts something in.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './paths.js'

export interface NamedTest {
  /** Below test/, without its ending: `integration/memory`. */
  readonly file: string
  readonly title: string
}

/** Rows of all tables, or of those under headings with one of these texts in them. */
export function scenarioRows(headings: readonly string[] = []): string[] {
  const [, ...sections] = readFileSync(join(root, 'docs/scenarios.md'), 'utf8').split(/^## /m)
  const wanted = (section: string) => headings.length === 0 || headings.some((part) => headingOf(section).includes(part))
  return sections.filter(wanted).flatMap(rowsOf)
}

/** The tests of a row: `folder/file: "title" · "title of the same file" · folder/file: "title"`. */
export function testsOf(row: string): NamedTest[] {
  let file = ''
  return [...row.matchAll(/(?:([a-z]+(?:\/[a-z-]+)+): )?"([^"]+)"/g)].map(([, path, title = '']) => {
    file = path ?? file
    return { file, title }
  })
}

/** What `--test-name-pattern` takes: this title, with anything where it has *, over whichever rung (rungs.ts). */
export function patternOf({ title }: NamedTest): string {
  const literal = title.split('*').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
  return `/^${literal.join('.*')}(, by .*)?$/`
}

const headingOf = (section: string) => section.slice(0, section.indexOf('\n'))

function rowsOf(section: string): string[] {
  return section.split('\n').filter((line) => line.startsWith('| ') && !/^\| (---|scenario|input|what) \|/.test(line))
}
