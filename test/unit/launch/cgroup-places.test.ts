import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placesOf } from '#lib/launch/cgroup-places.js'

const v1 = (controller: string, root = '/') =>
  `30 25 0:27 ${root} /sys/fs/cgroup/${controller} rw - cgroup cgroup rw,${controller}`
const v2 = (point: string, root = '/') => `31 25 0:28 ${root} ${point} rw,nosuid - cgroup2 cgroup2 rw`
const none = { unified: '', memory: '', cpuacct: '', pids: '' }

test('one hierarchy for all: the host`s own group', () => {
  assert.deepEqual(placesOf('0::/user.slice/a.scope\n', v2('/sys/fs/cgroup')), {
    ...none,
    unified: '/sys/fs/cgroup/user.slice/a.scope',
  })
})

test('a hierarchy for each controller, beside the one for all', () => {
  const own = '4:memory:/x/y\n3:cpu,cpuacct:/\n2:pids:/z:colon\n0::/\n'
  const mounts = [v1('memory'), v1('cpu,cpuacct'), v1('pids'), v2('/sys/fs/cgroup/unified')].join('\n')
  assert.deepEqual(placesOf(own, mounts), {
    unified: '/sys/fs/cgroup/unified',
    memory: '/sys/fs/cgroup/memory/x/y',
    cpuacct: '/sys/fs/cgroup/cpu,cpuacct',
    pids: '/sys/fs/cgroup/pids/z:colon',
  })
})

test('a mount that shows a part of the hierarchy is told apart from one that does not have the group', () => {
  assert.equal(placesOf('0::/docker/abc/in\n', v2('/sys/fs/cgroup', '/docker/abc')).unified, '/sys/fs/cgroup/in')
  assert.equal(placesOf('0::/other\n', v2('/sys/fs/cgroup', '/docker/abc')).unified, '')
  assert.equal(placesOf('0::/../above\n', v2('/sys/fs/cgroup')).unified, '')
})

test('no groups at all', () => {
  assert.deepEqual(placesOf('', ''), none)
})
