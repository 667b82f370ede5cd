// Processes of the same user that have nothing to do with any job. They end with this process, however it ends: their stdin does.
import { spawn } from 'node:child_process'

const COUNT = 50

/** Resolves when they run; the function that ends them resolves when they are gone. */
export async function startNeighbours(): Promise<() => Promise<void>> {
  const script = `i=0; while [ $i -lt ${COUNT} ]; do cat & i=$((i+1)); done <&0; echo up; wait`
  const shell = spawn('sh', ['-c', `exec 3<&0; ${script.replace('cat &', 'cat <&3 &')}`], { stdio: ['pipe', 'pipe', 'ignore'] })
  const ended = new Promise((resolve) => shell.once('close', resolve))
  await new Promise((resolve) => shell.stdout.once('data', resolve))
  return async () => {
    shell.stdin.end()
    await ended
  }
}
