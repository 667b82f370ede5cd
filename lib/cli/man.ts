// The man page, made in the build from what the parser knows (man(7), groff_man(7)).
import type { Command, Option } from 'commander'
import { examples } from './examples.js'
import { exitCodeRows } from './exit-codes.js'

/** The page in roff. */
export function manPage(program: Command, version: string): string {
  const commands = program.commands.flatMap((command) => [
    `.SS ${roff(usage(command))}`,
    roff(command.description()),
    ...command.options.filter((option) => !option.hidden).flatMap(tagged),
  ])
  return [
    `.TH STINT 1 "" "stint ${version}" "User Commands"`,
    '.SH NAME',
    'stint \\- run a command or a function under limits that the Linux kernel enforces',
    '.SH SYNOPSIS',
    ...program.commands.flatMap((command) => [`.B ${roff(usage(command))}`, '.br']),
    '.SH DESCRIPTION',
    roff(program.description()),
    roff(
      'The job runs in a session of its own. When it is over, nothing of it is left: no process, no zombie, no descriptor. A limit that ends it is recorded before anything is killed.',
    ),
    '.SH COMMANDS',
    ...commands,
    '.SH EXIT STATUS',
    roff('That of the command, or:'),
    ...exitCodeRows.flatMap(({ name, code, text }) => ['.TP', `.B ${code}`, roff(`${text} (--exit-code ${name}=N)`)]),
    '.TP',
    '.B 128+N',
    'it died by signal N',
    '.SH SIGNALS',
    roff(
      'SIGINT, SIGTERM, SIGHUP and SIGQUIT are passed on to the process group of the command. It has --grace-period (2 s where none is given) to end, then its whole tree is killed; a second signal kills it at once. SIGTSTP stops the tree with stint, SIGCONT continues both. SIGWINCH, SIGUSR1 and SIGUSR2 are passed on.',
    ),
    '.SH EXAMPLES',
    '.nf',
    ...Object.values(examples).flatMap((text) =>
      text
        .split('\n')
        .slice(1)
        .filter(Boolean)
        .map((line) => roff(line)),
    ),
    '.fi',
    '.SH SEE ALSO',
    '.BR timeout (1), prlimit (1), setrlimit (2), cgroups (7)',
    '',
  ].join('\n')
}

function usage(command: Command): string {
  return `stint ${command.name()} ${command.usage()}`
}

function tagged(option: Option): string[] {
  return ['.TP', `.B ${roff(option.flags)}`, roff(option.description)]
}

/** A dot or a quote at the start of a line is a request; a hyphen that stands for itself is \\-. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1')
}
