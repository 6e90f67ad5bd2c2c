import { describe, expect, it } from 'vitest';
import { readStateAddress } from '../../src/config/state.js';

const plain = { path: null, user: null, password: null, database: 0, tls: false, via: 'direct' };

describe('the address of the shared state', () => {
  it.each([
    ['redis://h', { ...plain, nodes: [{ host: 'h', port: 6379 }] }],
    ['valkey://h:1/2', { ...plain, nodes: [{ host: 'h', port: 1 }], database: 2 }],
    [
      'rediss://me:a%3Ab@[::1]:7/3',
      {
        ...plain,
        nodes: [{ host: '::1', port: 7 }],
        user: 'me',
        password: 'a:b',
        database: 3,
        tls: true,
      },
    ],
    [
      'unix:///run/s.sock?db=4&password=p',
      { ...plain, nodes: [], path: '/run/s.sock', password: 'p', database: 4 },
    ],
    [
      'redis+cluster://:p@a,b:7001',
      {
        ...plain,
        nodes: [
          { host: 'a', port: 6379 },
          { host: 'b', port: 7001 },
        ],
        password: 'p',
        via: 'cluster',
      },
    ],
    [
      'rediss+sentinel://a,b:1/my%20name/5',
      {
        ...plain,
        nodes: [
          { host: 'a', port: 26379 },
          { host: 'b', port: 1 },
        ],
        database: 5,
        tls: true,
        via: { sentinel: 'my name', user: null, password: null },
      },
    ],
    [
      'redis+sentinel://:p@a/name?sentinelUser=watch&sentinelPassword=a%26b',
      {
        ...plain,
        nodes: [{ host: 'a', port: 26379 }],
        password: 'p',
        via: { sentinel: 'name', user: 'watch', password: 'a&b' },
      },
    ],
  ])('%s', (text, address) => {
    expect(readStateAddress(text)).toEqual(address);
  });

  it.each([
    'h:6379',
    'http://h',
    'redis://',
    'redis://h:0',
    'redis://h:65536',
    'redis://a,b',
    'redis://h/x',
    'redis://h/0/1',
    'redis+cluster://a,b/1',
    'redis+sentinel://a',
    'redis+sentinel://h/%zz',
    'redis+sentinel://h/name?password=p',
    'redis+sentinel://h/name?sentinelPassword=p&sentinelPassword=q',
    'redis://h?sentinelPassword=p',
    'redis://me:%zz@h',
    'unix:///run/s.sock?database=1',
    'unix://:password@/run/s.sock',
    'unix:////run/s.sock',
  ])('is not %s', (text) => {
    expect(readStateAddress(text)).toBeNull();
  });
});
