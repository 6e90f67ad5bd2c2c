/**
 * Loaded before the program: writes to the file in TEST_BLOCKED_FILE how long the one thread that answers was held up at
 * a time, in milliseconds, one line each for what was longer than 20. The lesser of time and of processor time counts: what
 * other programs took of the machine meanwhile held nobody up in here.
 */
import { appendFileSync } from 'node:fs';
import { env } from 'node:process';

const path = env.TEST_BLOCKED_FILE;
let time = performance.now();
let cpu = process.cpuUsage();
setInterval(() => {
  const { user, system } = process.cpuUsage(cpu);
  const ms = Math.min(performance.now() - time, (user + system) / 1000);
  if (ms > 20) appendFileSync(path, `${Math.round(ms)}\n`);
  time = performance.now();
  cpu = process.cpuUsage();
}, 5).unref();
