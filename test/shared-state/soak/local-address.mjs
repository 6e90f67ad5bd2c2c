// Loaded into a replica: what it sends to this machine comes from an address of its own, by which tenants know it.
import { Socket } from 'node:net';

const { LOCAL_ADDRESS: localAddress } = process.env;
const { connect } = Socket.prototype;
Socket.prototype.connect = function (...args) {
  // Node hands the arguments of its own callers over as a list.
  const [first] = args;
  const options = Array.isArray(first) ? first[0] : first;
  if (typeof options === 'object' && options !== null && !('path' in options && options.path))
    options.localAddress ??= localAddress;
  return connect.apply(this, args);
};
