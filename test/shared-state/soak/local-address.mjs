// Loaded into a replica: what it sends to this machine comes from an address of its own, by which tenants know it.
import { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const { LOCAL_ADDRESS: localAddress } = process.env;
const { connect } = Socket.prototype;
Socket.prototype.connect = function (...args) {
  // Node hands the arguments of its own callers over as a list. The options stay as they are: an agent knows its
  // sockets by them.
  const list = Array.isArray(args[0]) ? args[0] : args;
  const [options] = list;
  if (typeof options === 'object' && options !== null && !options.path)
    list[0] = { ...options, localAddress: options.localAddress ?? localAddress };
  return connect.apply(this, args);
};

// When it was kept from running, and for how long: what it does late it does not do wrongly.
let looked = performance.now();
setInterval(() => {
  const late = performance.now() - looked - 50;
  looked = performance.now();
  if (late > 50) process.stderr.write(`late ${Math.round(late)} ${Date.now()}\n`);
}, 50).unref();

// What is still in use, every five seconds: how much memory a process has says little in a run of minutes.
if (process.env.REPORT_HEAP === 'true') {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  setInterval(() => {
    collect();
    process.stderr.write(`heap ${process.memoryUsage().heapUsed}\n`);
  }, 5_000).unref();
}
