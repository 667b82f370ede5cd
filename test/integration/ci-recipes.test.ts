// The recipes of docs/ci.md as a new user would follow them: in a project of their own, with its npm and npx; then with build steps that
// leak, loop and fork, under the recipe's limits made as tight as the step calls for.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { plainEnv } from '../support/cli.js'
import { type Block, blocksOf, wordOf } from '../support/pages.js'
import { within } from '../support/poll.js'
import { readersProject } from '../support/readers.js'
import { type Recipe, readers } from '../support/recipes.js'
import { readJUnit, readReport, textsOfSvg } from '../support/reports.js'

const page = blocksOf('docs/ci.md')

interface Trouble {
  readonly what: string
  /** The user's build. */
  readonly script: string
  /** The recipe's limit → what is tight for this build. */
  readonly limit: readonly [RegExp, string]
  readonly code: number
  readonly kind: string
  readonly message: RegExp
}

const troubles: readonly Trouble[] = [
  {
    what: 'leaks in a pool of processes',
    script: 'node leak.mjs',
    limit: [/--memory \S+/, '--memory 300MB'],
    code: 137,
    kind: 'Memorylimit',
    message: /^npm needed more than its limit memory of 300 MB; /,
  },
  {
    what: 'loops',
    script: "node -e 'for (;;);'",
    limit: [/--wall-time \S+/, '--wall-time 2s'],
    code: 124,
    kind: 'Timeout',
    message: /^npm ran into its limit wallTime of 2 s; /,
  },
  {
    what: 'forks',
    script: 'sh fork.sh',
    limit: [/--processes \S+/, '--processes 16'],
    code: 123,
    kind: 'Subprocess',
    message: /^npm wanted to start a process above its limit processes of 16; /,
  },
  {
    // 30 MB at a time: what is refused leaves room for V8's own collection, which aborts where it gets none, instead of throwing.
    what: 'leaks in one process, and is refused memory',
    script: "node -e 'for (const kept = [];;) kept.push(Buffer.alloc(3e7, 1))'",
    limit: [/--memory \S+/, '--memory 400MB'],
    code: 1,
    kind: 'exited',
    message: /^npm exited with code 1\. Its peak of 3[\d.]+ MB was close to its limit memory of 400 MB: /,
  },
]

const briefly = ['loops', 'forks']

for (const block of page.filter((each) => wordOf(each, 'recipe') !== '')) {
  const name = wordOf(block, 'recipe')
  const recipe = readers[name]?.(block)
  if (recipe === undefined) throw new Error(`nobody can read the recipe ${name}`)

  describe(`docs/ci.md, the recipe for ${name}`, () => {
    it('lets a build pass that stays within the limits', () =>
      inProject('echo built', recipe, async (folder, steps) => {
        const ran = await follow(folder, steps, recipe)
        assert.equal(ran.code, 0, ran.output)
        assert.match(ran.output, /^built$/m)
        assert.doesNotMatch(ran.output, /^stint:|::error/m)
        assertArtefacts(folder, recipe, { kind: 'exited', code: 0, message: /^succeeded\.$/ })
        if (name === 'github') assert.match(readFileSync(join(folder, 'summary.md'), 'utf8'), /^### ✅ stint: Ok$/m)
      }))

    // What a limit does is not the recipe's affair: one shows each ending, the others that they keep and tell what there is.
    for (const trouble of troubles.filter(({ what }) => name === 'github' || briefly.includes(what))) {
      it(`fails a build that ${trouble.what}, and says so`, () =>
        inProject(trouble.script, recipe, async (folder, steps) => {
          const ran = await follow(
            folder,
            steps.map((step) => step.replace(...trouble.limit)),
            recipe,
          )
          assert.equal(ran.code, trouble.code, ran.output)
          // A shell that was killed while it wrote leaves a line that is not ended.
          const [, kind, sentence = ''] = /stint: (\w+): (.*)$/m.exec(ran.output) ?? []
          assert.equal(kind, trouble.kind, ran.output)
          assert.match(sentence, trouble.message)
          assertArtefacts(folder, recipe, trouble)
          if (name === 'github') assertTold(ran.output, readFileSync(join(folder, 'summary.md'), 'utf8'), trouble)
        }))
    }
  })
}

async function inProject(
  script: string,
  { steps }: Recipe,
  use: (folder: string, steps: readonly string[]) => Promise<void>,
): Promise<void> {
  const place = readersProject(page as Block[], { test: script, build: script })
  try {
    await use(place.path, steps)
  } finally {
    place.remove()
  }
}

/** As the runners do: a shell for each step, none after one that failed. */
async function follow(cwd: string, steps: readonly string[], { env }: Recipe): Promise<{ code: number | null; output: string }> {
  const npm = { HOME: cwd, npm_config_offline: 'true', npm_config_update_notifier: 'false', npm_config_audit: 'false' }
  let output = ''
  for (const step of steps) {
    const child = spawn('bash', ['-ec', `exec 2>&1\n${step}`], {
      cwd,
      env: { ...plainEnv, ...npm, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [printed, [code]] = await within(60_000, Promise.all([text(child.stdout), once(child, 'close')]), step)
    output += printed
    if (code !== 0) return { code: code as number | null, output }
  }
  return { code: 0, output }
}

/** What the recipe keeps is there, every file of it was asked for by a flag, and each says the same. */
function assertArtefacts(folder: string, { artefacts, steps }: Recipe, wanted: Pick<Trouble, 'kind' | 'code' | 'message'>): void {
  for (const path of artefacts) assert.ok(existsSync(join(folder, path)), `there is no ${path}`)
  const files = artefacts.flatMap((path) => filesOf(folder, path))
  const asked = [...steps.join('\n').matchAll(/--(?:report|junit|plot) (\S+)/g)].map(([, file = '']) => file)
  assert.deepEqual([...new Set(files)].sort(), asked.sort())
  for (const file of files) assertArtefact(join(folder, file), wanted)
}

function filesOf(folder: string, path: string): string[] {
  if (!statSync(join(folder, path)).isDirectory()) return [path]
  return readdirSync(join(folder, path)).map((name) => `${path}/${name}`)
}

function assertArtefact(file: string, { kind, code, message }: Pick<Trouble, 'kind' | 'code' | 'message'>): void {
  if (file.endsWith('.json')) {
    const report = readReport(file)
    assert.equal(report.exitCode, code)
    assert.ok([report.outcome.kind, report.outcome.reason].includes(kind), `${report.outcome.kind}/${report.outcome.reason}`)
    assert.match(report.message, message)
  } else if (file.endsWith('.xml')) {
    const { counts, problem } = readJUnit(file)
    assert.equal(counts, code === 0 ? '1|0|0|[]' : "1|1|0|['failure']")
    if (code !== 0) assert.match(problem.replace(/^(Anything\/)?/, ''), new RegExp(`^${kind}: ${message.source.slice(1)}`))
  } else {
    const texts = textsOfSvg(file)
    assert.equal(texts[0], 'npm test')
    assert.equal(
      texts.some((line) => line.startsWith(`${kind} at `)),
      kind !== 'exited',
      texts.join('\n'),
    )
  }
}

/** GitHub's own two: a table on the page of the run, and an annotation. */
function assertTold(output: string, summary: string, { kind, message }: Trouble): void {
  const title = kind === 'exited' ? 'Anything/exited' : kind
  assert.ok(summary.startsWith(`### ❌ stint: ${title}\n\n\`npm test\`\n\n`), summary)
  for (const row of ['wall time', 'CPU time', 'peak memory', 'processes'])
    assert.match(summary, new RegExp(`^\\| ${row} \\| .+ \\| .+ \\|$`, 'm'))
  const [, annotated, sentence = ''] = /^::error title=stint%3A (\w+)::(.*)$/m.exec(output) ?? []
  assert.equal(annotated, kind, output)
  assert.match(sentence, message)
}
