// The command line: what there is to say, as commander takes it. Each command's work lies in a file of its own, read when it runs.
import { Command, Option } from 'commander'
import { examples } from './examples.js'
import { exitCodeRows } from './exit-codes.js'
import { type Flag, flagOf, flagsOf } from './flags.js'
import { run } from './run.js'
import { version } from './version.js'

const commands: Readonly<Record<string, () => Command>> = {
  run: runCommand,
  call: callCommand,
  measure: measureCommand,
  doctor: doctorCommand,
  completions: completionsCommand,
}

/**
 * The whole command line.
 * @param only where it names a command, the others are left out: making them takes longer than running one
 */
export function makeProgram(only = ''): Command {
  const program = new Command('stint')
    .description(
      'Runs a command or a function in its own process under limits that the Linux kernel enforces, and says which one ended it.',
    )
    .enablePositionalOptions()
    .helpCommand(false)
    .addHelpText('before', examples.stint)
    .addOption(new Option('-V, --version', 'print the version'))
    .on('option:version', () => {
      process.stdout.write(`${version()}\n`)
      process.exit(0)
    })
  const wanted = Object.hasOwn(commands, only) ? [only] : Object.keys(commands)
  for (const name of wanted) program.addCommand((commands[name] as () => Command)())
  return program
}

function runCommand(): Command {
  const command = new Command('run')
    .description('Run a command under limits. Its streams are ours; its exit code is ours, unless a limit ends it.')
    .argument('<command>', 'the command')
    .argument('[args...]', 'its arguments')
    .passThroughOptions()
    .addHelpText('before', examples.run)
    .addHelpText('after', exitCodesText())
  for (const option of optionsOf('command')) command.addOption(option)
  return command.action((file: string, args: string[], given: Record<string, unknown>) => run([file, ...args], given))
}

function callCommand(): Command {
  const command = new Command('call')
    .description('Call an exported function under limits and print its value as JSON.')
    .argument('<module#function>', 'a module, and the name of its export (default: default)')
    .addHelpText('before', examples.call)
    .addHelpText('after', exitCodesText())
  for (const option of optionsOf('function')) command.addOption(option)
  return command.action(async (target: string, given: Record<string, unknown>) => (await import('./call.js')).call(target, given))
}

function optionsOf(target: 'command' | 'function'): Option[] {
  return flagsOf(target).flatMap((flag) => {
    const option = new Option(spelling(flag), flag.text)
    if (flag.choices) option.choices(flag.choices)
    if (flag.many) option.argParser((text: string, before: string[] = []) => [...before, text])
    const alias = flag.alias ? [new Option(`${flag.alias} <${flag.value}>`, flag.text).hideHelp()] : []
    return [option, ...alias]
  })
}

function spelling({ name, value, short }: Flag): string {
  const long = value === undefined ? flagOf(name) : `${flagOf(name)} <${value}>`
  return short === undefined ? long : `${short}, ${long}`
}

function measureCommand(): Command {
  return new Command('measure')
    .description('Run a command without limits, measure what it uses, and suggest limits.')
    .argument('<command>', 'the command')
    .argument('[args...]', 'its arguments')
    .passThroughOptions()
    .addHelpText('before', examples.measure)
    .option('-n, --runs <count>', 'how often to run it', '1')
    .option('--margin <factor>', 'the limits suggested are this many times the highest figure seen', '1.5')
    .option('--plot <file>', 'draw the usage over time as SVG')
    .option('--chart', 'draw it in the terminal')
    .option('--json', 'print the figures as JSON')
    .action(async (file: string, args: string[], given: Record<string, unknown>) =>
      (await import('./measure.js')).measure([file, ...args], given),
    )
}

function doctorCommand(): Command {
  return new Command('doctor')
    .description('Say what this machine can enforce, and by what. Every claim is tried in a throw-away child.')
    .addHelpText('before', examples.doctor)
    .option('--json', 'print the report as JSON')
    .action(async (given: { json?: true }) => (await import('./doctor.js')).printDoctor(given.json === true))
}

function completionsCommand(): Command {
  return new Command('completions')
    .description('Print completions for a shell.')
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText('before', examples.completions)
    .action(async (shell: string) => (await import('./completions.js')).printCompletions(makeProgram(), shell))
}

function exitCodesText(): string {
  const rows = exitCodeRows.map(({ name, code, text }) => `  ${code}  ${text} (--exit-code ${name}=N)`)
  return `\nExit codes, where it is not the command's own:\n${rows.join('\n')}\n  128+N  it died by signal N\n`
}
