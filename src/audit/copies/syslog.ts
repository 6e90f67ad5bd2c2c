import { connect, type Socket } from 'node:net';
import { hostname } from 'node:os';
import type { Log } from '../../log.js';
import { closeMs, type LineCopy } from './line-copy.js';
import { WaitingLines } from './waiting-lines.js';

export interface SyslogSettings {
  readonly host: string;
  readonly port: number;
  readonly log: Log;
}

/** Facility "log audit" (13), severity "informational" (6). */
const priority = 13 * 8 + 6;
const retryMs = 1_000;

/** RFC 5424, with the length before each message as RFC 6587 has it: a line of the log may be of any length. */
function frame(line: string): Buffer {
  const head = `<${priority}>1 ${new Date().toISOString()} ${hostname()} autotask-mcp ${process.pid} audit - `;
  const message = Buffer.from(head + line);
  return Buffer.concat([Buffer.from(`${message.length} `), message]);
}

/**
 * Sends lines to a syslog collector over TCP. Nobody waits for it: while it cannot be reached lines are kept up to a
 * bound, and what was on its way when a connection broke may be lost.
 */
export function createSyslogCopy({ host, port, log }: SyslogSettings): LineCopy {
  const waiting = new WaitingLines('the collector', log);
  let socket: Socket | null = null;
  let timer: NodeJS.Timeout | undefined;
  let away = false;
  let whenEmpty: (() => void) | null = null;

  function flush(): void {
    if (socket === null || socket.connecting) return;
    waiting.handTo(socket);
    if (waiting.count === 0) whenEmpty?.();
  }

  function open(): void {
    if (socket !== null || timer !== undefined) return;
    const made = connect({ host, port });
    socket = made;
    made.setKeepAlive(true);
    made.on('connect', () => {
      if (away) log('info', 'audit: the collector is there again');
      away = false;
      flush();
    });
    made.on('drain', flush);
    // It only answers to end the connection.
    made.resume();
    made.on('end', () => made.destroy());
    made.on('error', (error) => {
      if (!away)
        log('warning', `audit: lines do not reach the collector (${error.message}); the files have them`);
      away = true;
    });
    made.on('close', () => {
      socket = null;
      timer = setTimeout(() => {
        timer = undefined;
        if (waiting.count > 0) open();
      }, retryMs).unref();
    });
    made.unref();
  }

  return {
    send(line) {
      waiting.add(frame(line));
      open();
      flush();
    },
    async close() {
      clearTimeout(timer);
      if (waiting.count > 0 && socket !== null) {
        await new Promise<void>((resolve) => {
          whenEmpty = resolve;
          setTimeout(resolve, closeMs);
        });
      }
      waiting.dropAll();
      const last = socket;
      if (last === null) return;
      await new Promise<void>((resolve) => {
        last.end(resolve);
        setTimeout(resolve, closeMs).unref();
      });
      last.destroy();
    },
  };
}
