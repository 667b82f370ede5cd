// Which files a command's name may mean.

// Where PATH is not set at all (execvp(3)).
const defaultPath = '/bin:/usr/bin'

/**
 * As execvp(3) looks a command up: a name with a slash is the file itself; any other is tried in each directory of PATH
 * in turn, an empty entry being the working directory. Relative paths count from the job's own working directory.
 * @param env the job's environment
 */
export function candidateFiles(command: string, env: Readonly<Record<string, string | undefined>>): readonly string[] {
  if (command.includes('/')) return [command]
  return (env.PATH ?? defaultPath).split(':').map((directory) => `${directory === '' ? '.' : directory}/${command}`)
}
