// What a CI system makes of a recipe: the commands it runs, and the files it keeps of them.
import { parse } from 'yaml'
import type { Block } from './pages.js'

export interface Recipe {
  /** One shell each, in this order, until one fails. */
  readonly steps: readonly string[]
  /** Kept or shown afterwards. */
  readonly artefacts: readonly string[]
  readonly env: NodeJS.ProcessEnv
}

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>
}

interface Step {
  readonly run?: string
  readonly uses?: string
  readonly with?: { readonly path?: string }
}

interface Pipeline {
  readonly test: {
    readonly script: readonly string[]
    readonly artifacts: { readonly paths: readonly string[]; readonly reports: { readonly junit: string } }
  }
}

/** By the recipe's name in docs/ci.md. */
export const readers: Readonly<Record<string, (block: Block) => Recipe>> = {
  github({ text }) {
    const steps = Object.values((parse(text) as Workflow).jobs).flatMap((job) => job.steps)
    const kept = steps.filter(({ uses }) => uses?.startsWith('actions/upload-artifact@'))
    return {
      steps: steps.flatMap(({ run }) => run ?? []),
      artefacts: kept.flatMap((step) => step.with?.path ?? []),
      env: { CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: 'summary.md' },
    }
  },
  gitlab({ text }) {
    const { script, artifacts } = (parse(text) as Pipeline).test
    return { steps: script, artefacts: [...artifacts.paths, artifacts.reports.junit], env: { CI: 'true', GITLAB_CI: 'true' } }
  },
  // The two steps that the recipe uses; there is no parser of Groovy for Node.
  jenkins: ({ text }) => ({ steps: quoted('sh', text), artefacts: quoted('junit', text), env: { CI: 'true' } }),
  docker: ({ text }) => ({
    steps: text.split('\n').flatMap((line) => /^RUN (.*)/.exec(line)?.[1] ?? execForm(/^CMD (.*)/.exec(line)?.[1])),
    artefacts: [],
    env: {},
  }),
}

function quoted(step: string, text: string): string[] {
  return [...text.matchAll(new RegExp(`\\b${step} '([^']*)'`, 'g'))].map(([, word = '']) => word)
}

function execForm(json: string | undefined): string[] {
  return json === undefined ? [] : [(JSON.parse(json) as string[]).join(' ')]
}
