// The code blocks of a Markdown page. After the language a block may say `file=NAME` (it is a file of the page's project), `run` (it is
// run), and the block after it `output` (what it prints).
import { readFileSync } from 'node:fs'

export interface Block {
  readonly language: string
  readonly words: readonly string[]
  readonly text: string
}

export interface Example {
  readonly file: string
  readonly output: string | undefined
}

export interface Page {
  readonly files: Readonly<Record<string, string>>
  readonly examples: readonly Example[]
}

/** The files and the runnable examples of a page. */
export function readPage(path: string): Page {
  const blocks = blocksOf(readFileSync(path, 'utf8'))
  const files = blocks.filter((block) => fileOf(block) !== '').map((block) => [fileOf(block), block.text])
  const examples = blocks.flatMap((block, index) => {
    const next = blocks[index + 1]
    const output = next?.words.includes('output') ? next.text : undefined
    return block.words.includes('run') ? [{ file: fileOf(block), output }] : []
  })
  return { files: Object.fromEntries(files) as Record<string, string>, examples }
}

/** The page's links to files of the repository. */
export function linksOf(path: string): string[] {
  const targets = [...readFileSync(path, 'utf8').matchAll(/\]\(([^)#:]+)(#[^)]*)?\)/g)]
  return targets.map(([, target]) => target ?? '')
}

/** Every code block of a page. */
export function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```(\w+)([^\n]*)\n([\s\S]*?)^```$/gm)].map(([, language = '', words = '', code = '']) => ({
    language,
    words: words.split(' '),
    text: code,
  }))
}

function fileOf(block: Block): string {
  return block.words.find((word) => word.startsWith('file='))?.slice('file='.length) ?? ''
}
