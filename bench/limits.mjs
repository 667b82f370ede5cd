// Every limit set, and none of them near.
export const everyLimit = {
  memory: '256MB',
  cpuTime: '10s',
  wallTime: '10s',
  processes: 4,
  gracePeriod: 0,
  fileSize: '100MB',
  openFiles: 256,
  stack: '8MiB',
  coreSize: 0,
}
