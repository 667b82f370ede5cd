// What `stint run` leaves behind, read as others would: JSON by the published schema, XML by a parser.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { root } from './paths.js'

const ajv = new Ajv2020({ allErrors: true, strictRequired: false })
formats.default(ajv)

export interface Report {
  readonly command: readonly string[]
  readonly name?: string
  readonly exitCode: number
  readonly message: string
  readonly outcome: { readonly kind: string; readonly reason: string }
}

/** Is this as docs/report.schema.json says? Its `errors` tell why not. */
export const isReport: ValidateFunction = ajv.compile(JSON.parse(readFileSync(join(root, 'docs/report.schema.json'), 'utf8')))

/** @throws Error where the file is no report as the schema says */
export function readReport(file: string): Report {
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report
  if (!isReport(report)) throw new Error(`${file}: ${JSON.stringify(isReport.errors)}`)
  return report
}

const summary = `import sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
case = root.find('./testsuite/testcase')
print(root.get('tests'), root.get('failures'), root.get('errors'), [child.tag for child in case], sep='|')
print(case.get('name'))
print(*[child.get('type') + ': ' + child.get('message') for child in case if child.get('type')])`

export interface JUnit {
  /** 'tests|failures|errors|elements of the case'. */
  readonly counts: string
  /** Of the case. */
  readonly name: string
  /** Type and message of what went wrong, or ''. */
  readonly problem: string
}

/** @throws Error where the file is no XML, or no JUnit file with one case */
export function readJUnit(file: string): JUnit {
  const [counts = '', name = '', problem = ''] = python(summary, file).split('\n')
  return { counts, name, problem }
}

/** The texts of an SVG file, top down. @throws Error where it is no XML */
export function textsOfSvg(file: string): string[] {
  return python(
    `import sys, xml.etree.ElementTree as tree
for text in tree.parse(sys.argv[1]).getroot().iter('{http://www.w3.org/2000/svg}text'): print(''.join(text.itertext()))`,
    file,
  ).split('\n')
}

function python(program: string, file: string): string {
  return execFileSync('python3', ['-c', program, file], { encoding: 'utf8' }).trim()
}
