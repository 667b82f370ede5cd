// The Node flags of a worker: the host's own, without those that make Node do something else than run a worker.

// Families are matched by the start of the name. -i would start a REPL after the entry.
const stripped =
  /^(--inspect|--debug-port|--test|--experimental-test|--watch|--eval|--print|--input-type|--interactive|-e$|-p$|-pe$|-i$)/

/**
 * Flags without --inspect*, --test*, --watch*, -e, -p, --input-type, -i, and without the separate values of these
 * (node(1)): flags are all that such a list holds, so what does not look like one is the value of the flag before it.
 */
export function stripFlags(flags: readonly string[]): readonly string[] {
  const kept: string[] = []
  for (let index = 0; index < flags.length; index++) {
    const flag = flags[index] ?? ''
    if (!stripped.test(nameOf(flag))) kept.push(flag)
    else if (!flag.includes('=') && flags[index + 1]?.startsWith('-') === false) index++
  }
  return kept
}

// Node takes underscores for dashes, after the leading two.
function nameOf(flag: string): string {
  const [name = ''] = flag.split('=', 1)
  return name.startsWith('--') ? `--${name.slice(2).replaceAll('_', '-')}` : name
}

/** The same for the text of NODE_OPTIONS; untouched where nothing has to go. */
export function stripNodeOptions(text: string): string {
  const flags = splitNodeOptions(text)
  const kept = stripFlags(flags)
  return kept.length === flags.length ? text : kept.map(quote).join(' ')
}

// Node's own rules (doc/api/cli.md, NODE_OPTIONS): spaces separate, double quotes hold together, and inside quotes a
// backslash takes the next character as it is.
function splitNodeOptions(text: string): string[] {
  const tokens = text.match(/(?:"(?:\\.|[^"\\])*"|[^" ])+/gs) ?? []
  return tokens.map((token) => token.replace(/"((?:\\.|[^"\\])*)"/gs, (_, inner: string) => inner.replace(/\\(.)/gs, '$1')))
}

function quote(flag: string): string {
  return /[ "]/.test(flag) ? `"${flag.replace(/["\\]/g, '\\$&')}"` : flag
}
