// The command line: what there is to say, as commander takes it. Each command's work lies in a file of its own, read when it runs.
import { Command, Option } from 'commander'
import { exitCodeRows } from './exit-codes.js'
import { limitOptions } from './flags.js'
import { version } from './version.js'

/** What stands first in a command's help. */
const examples = {
  stint: `Examples:
  stint run --memory 512MB --wall-time 30s -- npm test
  stint call ./tasks.js#resize --args '["photo.jpg", 640]' --memory 1GB
  stint doctor                             what can this machine enforce?
`,
  run: `Examples:
  stint run --memory 512MB --cpu-time 10s --wall-time 30s -- make -j4
  stint run --processes 8 --report stint.json --junit stint.xml -- ./build.sh
  stint run --profile build -- npm run build      limits from stint.json
`,
  call: `Examples:
  stint call ./tasks.js#resize --args '["photo.jpg", 640]' --memory 1GB --wall-time 5s
  stint call ./tasks.js --args '[]'               the default export
`,
  doctor: `Examples:
  stint doctor
  stint doctor --json
`,
} as const

/** The whole command line. */
export function makeProgram(): Command {
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
  for (const make of [runCommand, callCommand, doctorCommand]) program.addCommand(make())
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
  for (const option of limitOptions('command')) command.addOption(option)
  return command
    .option('--capture', 'keep the first bytes of its output for the reports')
    .option('--report <file>', 'write the outcome as JSON')
    .option('--junit <file>', 'write a JUnit test case')
    .option('--config <file>', 'profiles of options (default stint.json)')
    .option('--profile <name>', 'take the options of this profile')
    .option('--exit-code <kind=N>', 'another exit code for a kind of end', (text: string, before: string[] = []) => [
      ...before,
      text,
    ])
    .option('-q, --quiet', 'print nothing of our own')
    .action(async (file: string, args: string[], given: Record<string, unknown>) =>
      (await import('./run.js')).run([file, ...args], given),
    )
}

function callCommand(): Command {
  const command = new Command('call')
    .description('Call an exported function under limits and print its value as JSON.')
    .argument('<module#function>', 'a module, and the name of its export (default: default)')
    .addHelpText('before', examples.call)
    .addHelpText('after', exitCodesText())
    .option('--args <json>', 'its arguments as a JSON array', '[]')
    .option('--report <file>', 'write the outcome as JSON')
    .option('-q, --quiet', 'print nothing but the value')
  for (const option of limitOptions('function')) command.addOption(option)
  return command.action(async (target: string, given: Record<string, unknown>) => (await import('./call.js')).call(target, given))
}

function doctorCommand(): Command {
  return new Command('doctor')
    .description('Say what this machine can enforce, and by what. Every claim is tried in a throw-away child.')
    .addHelpText('before', examples.doctor)
    .option('--json', 'print the report as JSON')
    .action(async (given: { json?: true }) => (await import('./doctor.js')).printDoctor(given.json === true))
}

function exitCodesText(): string {
  const rows = exitCodeRows.map(({ name, code, text }) => `  ${code}  ${text} (--exit-code ${name}=N)`)
  return `\nExit codes, where it is not the command's own:\n${rows.join('\n')}\n  128+N  it died by signal N\n`
}
