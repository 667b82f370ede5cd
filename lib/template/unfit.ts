/** The user's module was loaded and must not be forked: why. */
export class Unfit extends Error {
  readonly why: string
  constructor(why: string) {
    super(`not fit for isolation 'fork': ${why}`)
    this.why = why
  }
}
