// Assertions on outcomes: exact about the truth, generous about lateness.
import assert from 'node:assert/strict'
import type { Failure, FailureKind, Outcome } from 'stint'
import { SLACK } from './poll.js'

/** The value of a success; fails with the whole outcome otherwise. */
export function returned<R>(outcome: Outcome<R>): R {
  assert.equal(outcome.kind, 'Ok', summary(outcome))
  return (outcome as Extract<Outcome<R>, { kind: 'Ok' }>).value
}

/** The failure, checked for kind, reason and certainty. */
export function failureOf<K extends FailureKind, R>(
  outcome: Outcome<R>,
  kind: K,
  reason: Failure<K, R>['reason'] | readonly Failure<K, R>['reason'][],
  certainty: Outcome<R>['certainty'] = 'certain',
): Failure<K, R> {
  assert.equal(outcome.kind, kind, summary(outcome))
  assert.ok([reason].flat().includes(outcome.reason as never), `${outcome.reason}, expected ${reason}: ${summary(outcome)}`)
  assert.equal(outcome.certainty, certainty, summary(outcome))
  return outcome as Failure<K, R>
}

/** That a limit ended it neither before its time nor much later; `limit` and `grace` in milliseconds. */
export function endedAt(outcome: Outcome<unknown>, limit: number, grace = 0): void {
  assert.ok(outcome.wallTime >= limit, `ended early, after ${outcome.wallTime} of ${limit} ms: ${summary(outcome)}`)
  const latest = limit + grace + SLACK
  assert.ok(outcome.wallTime <= latest, `ended late, after ${outcome.wallTime} of ${latest} ms: ${summary(outcome)}`)
}

/** One line that says all an outcome knows. */
export function summary(outcome: Outcome<unknown>): string {
  const text = JSON.stringify(outcome)
  const message = 'error' in outcome ? ` ${outcome.error.message} ${String(outcome.error.cause ?? '')}` : ''
  return (text.length > 2_000 ? `${text.slice(0, 2_000)}...` : text) + message
}
