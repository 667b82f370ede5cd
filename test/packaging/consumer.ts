// A stranger's project in a temp folder: no compiler in PATH, no install scripts, stint from the packed tarball.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Project {
  readonly folder: string
  write(files: Readonly<Record<string, string>>): void
  /** Runs a JavaScript program with Node in the project's folder. */
  node(...args: string[]): Ran
  /** As npm install with --ignore-scripts. */
  install(...packages: string[]): void
  /** `npx` without any network, as this user. Needs `fillCache`. */
  npx(args: readonly string[], uid: number | undefined): Ran
  /** Fetches a package and all that it needs into a cache of the project's own, which everybody may use. */
  fillCache(tarball: string): void
  remove(): void
}

/** @param files path → content, beside a package.json that names nothing */
export function project(files: Readonly<Record<string, string>> = {}): Project {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'stint-consumer-')))
  const [bin, cache] = [join(folder, '.bin'), join(folder, '.cache')]
  const env = { HOME: process.env.HOME, PATH: bin, ...npmSettings() }
  mkdirSync(bin)
  for (const tool of ['sh', 'env', 'sleep', 'setsid']) symlinkSync(join('/usr/bin', tool), join(bin, tool))
  symlinkSync(process.execPath, join(bin, 'node'))

  const made: Project = {
    folder,
    write(more) {
      for (const [path, content] of Object.entries(more)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true })
        writeFileSync(join(folder, path), content)
      }
    },
    node: (...args) => run(process.execPath, args, { cwd: folder, env }),
    install(...packages) {
      const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
      mustRun(process.execPath, [npmCli(), 'install', ...flags, ...packages], { cwd: folder, env })
    },
    fillCache(tarball) {
      const flags = [
        '--global',
        '--prefix',
        join(folder, '.global'),
        '--cache',
        cache,
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
      ]
      mustRun(process.execPath, [npmCli(), 'install', ...flags, '--loglevel=error', tarball], { cwd: folder, env })
      mustRun('chmod', ['-R', 'a+rwX', folder], { cwd: folder, env: process.env })
    },
    npx(args, uid) {
      const offline = { npm_config_offline: 'true', npm_config_cache: cache, npm_config_update_notifier: 'false', HOME: folder }
      const identity = uid === undefined ? {} : { uid, gid: uid }
      return run(process.execPath, [npmCli().replace(/npm-cli\.js$/, 'npx-cli.js'), ...args], {
        cwd: folder,
        env: { PATH: bin, ...offline },
        ...identity,
      })
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
  made.write({ 'package.json': '{ "private": true }\n', ...files })
  return made
}

/** Packs the repository as it is built; `npm test` has made the prebuilt binaries before. */
export function pack(folder: string): string {
  if (!existsSync(join(root, 'prebuilds'))) throw new Error('there are no prebuilt binaries: npm run prebuilds')
  mustRun(process.execPath, [npmCli(), 'pack', '--ignore-scripts', '--pack-destination', folder], { cwd: root, env: process.env })
  const name = readdirSync(folder).find((file) => file.endsWith('.tgz'))
  if (name === undefined) throw new Error('npm pack made no tarball')
  return join(folder, name)
}

interface Place {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly uid?: number
  readonly gid?: number
}

export function run(file: string, args: readonly string[], place: Place): Ran {
  const child = spawnSync(file, args, { ...place, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000 })
  if (child.error) throw child.error
  return { status: child.status, stdout: child.stdout, stderr: child.stderr }
}

export function mustRun(file: string, args: readonly string[], place: Place): string {
  const ran = run(file, args, place)
  if (ran.status !== 0) throw new Error(`${file} ${args.join(' ')} failed (${ran.status})\n${ran.stdout}${ran.stderr}`)
  return ran.stdout
}

/** The npm that belongs to this Node, or the one that runs the tests. */
function npmCli(): string {
  const caller = process.env.npm_execpath ?? ''
  if (caller.endsWith('npm-cli.js')) return caller
  return join(dirname(dirname(realpathSync(process.execPath))), 'lib/node_modules/npm/bin/npm-cli.js')
}

/** Where npm finds its registry and cache, as the tests' own environment says. */
function npmSettings(): NodeJS.ProcessEnv {
  const kept = /^(npm_config_(registry|cache|userconfig|globalconfig|cafile)|.*_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE)$/i
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => kept.test(name)))
}
