// Loaded before the program: its wall clock is TEST_CLOCK_AHEAD_MS ahead. Time that only passes is as it is.
const ahead = Number(process.env.TEST_CLOCK_AHEAD_MS);
const Clock = globalThis.Date;
globalThis.Date = class extends Clock {
  constructor(...args) {
    if (args.length === 0) super(Clock.now() + ahead);
    else super(...args);
  }
  static now() {
    return Clock.now() + ahead;
  }
};
