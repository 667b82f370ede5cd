// Completions for bash, zsh and fish, made from what the parser knows: nothing here lists a command or a flag by hand.
import type { Command, Option } from 'commander'
import { StintError } from '../errors.js'
import { nearest } from '../options/index.js'

const shells: Readonly<Record<string, (program: Command) => string>> = { bash, zsh, fish }
/** Flags whose value is a file. */
const files = /^--(report|junit|plot|config|cwd)$/

/** Prints the completions of one shell. */
export function printCompletions(program: Command, shell: string): void {
  const make = Object.hasOwn(shells, shell) ? shells[shell] : undefined
  if (make) process.stdout.write(make(program))
  else {
    const meant = nearest(shell, Object.keys(shells))
    const hint = meant === undefined ? '' : ` Did you mean '${meant}'?`
    throw new StintError('ERR_STINT_ARGUMENT_VALUE', `There are completions for bash, zsh and fish; not for '${shell}'.${hint}`)
  }
}

function optionsOf(command: Command): readonly Option[] {
  return command.options.filter((option) => !option.hidden)
}

function takesCommand(command: Command): boolean {
  return command.registeredArguments[0]?.name() === 'command'
}

function bash(program: Command): string {
  const cases = program.commands.map((command) => {
    const flags = optionsOf(command).map((option) => option.long)
    const values = optionsOf(command).flatMap((option) =>
      option.argChoices
        ? [`        ${option.long}) COMPREPLY=($(compgen -W '${option.argChoices.join(' ')}' -- "$cur")); return ;;`]
        : [],
    )
    const paths = optionsOf(command).flatMap((option) => (files.test(option.long ?? '') ? [option.long] : []))
    const known = [
      ...values,
      ...(paths.length > 0 ? [`        ${paths.join('|')}) COMPREPLY=($(compgen -f -- "$cur")); return ;;`] : []),
    ]
    return `    ${command.name()})
      case $prev in
${known.join('\n') || '        --) ;;'}
      esac
      [[ $cur == -* ]] && COMPREPLY=($(compgen -W '${flags.join(' ')}' -- "$cur")) ${takesCommand(command) ? '|| COMPREPLY=($(compgen -c -f -- "$cur"))' : '|| COMPREPLY=($(compgen -f -- "$cur"))'} ;;`
  })
  return `# bash completion for stint
_stint() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} word i
  for ((i = 2; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == -- ]]; then # what follows is the command's own
      if declare -F _command_offset > /dev/null; then _command_offset $((i + 1)); else COMPREPLY=($(compgen -c -f -- "$cur")); fi
      return
    fi
  done
  if ((COMP_CWORD == 1)); then COMPREPLY=($(compgen -W '${program.commands.map((command) => command.name()).join(' ')} --help --version' -- "$cur")); return; fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac
}
complete -o filenames -F _stint stint
`
}

function zsh(program: Command): string {
  const names = program.commands.map((command) => `    '${command.name()}:${zshText(command.description())}'`)
  const cases = program.commands.map((command) => {
    const specs = optionsOf(command).map(
      (option) => `        '${option.long}[${zshText(option.description)}]${zshValue(option)}'`,
    )
    const rest = takesCommand(command)
      ? ["        '(-)1:command:_command_names -e'", "        '*::arguments:_normal'"]
      : ["        '*:file:_files'"]
    return `    ${command.name()})\n      _arguments -S \\\n${[...specs, ...rest].join(' \\\n')} ;;`
  })
  return `#compdef stint
_stint() {
  local -a commands=(
${names.join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local name=$words[2]
  shift words
  ((CURRENT--))
  case $name in
${cases.join('\n')}
  esac
}
_stint "$@"
`
}

function zshValue(option: Option): string {
  if (option.isBoolean() || option.negate) return ''
  if (option.argChoices) return `:value:(${option.argChoices.join(' ')})`
  return files.test(option.long ?? '') ? ':file:_files' : ':value: '
}

function zshText(text: string): string {
  return text.replaceAll("'", "'\\''").replace(/[[\]:]/g, '\\$&')
}

function fish(program: Command): string {
  const names = program.commands.map((command) => command.name())
  const top = program.commands.map(
    (command) => `complete -c stint -n __fish_use_subcommand -f -a ${command.name()} -d '${fishText(command.description())}'`,
  )
  const flags = program.commands.flatMap((command) =>
    optionsOf(command).map((option) => {
      const value =
        option.isBoolean() || option.negate
          ? ''
          : option.argChoices
            ? ` -x -a '${option.argChoices.join(' ')}'`
            : files.test(option.long ?? '')
              ? ' -r'
              : ' -x'
      return `complete -c stint -n '__fish_seen_subcommand_from ${command.name()}' -l ${option.long?.slice(2)}${value} -d '${fishText(option.description)}'`
    }),
  )
  return [
    '# fish completion for stint',
    ...top,
    ...flags,
    `complete -c stint -n 'not __fish_seen_subcommand_from ${names.join(' ')}' -l version -d 'print the version'`,
    '',
  ].join('\n')
}

function fishText(text: string): string {
  return text.replace(/['\\]/g, '\\$&')
}
