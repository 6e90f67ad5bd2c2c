-- Keeps a confirmation that was given out. KEYS[1]: its key; ARGV[1]: its milliseconds to live.
--
-- Invariant: a confirmation that is not there confirms nothing, and none stays longer than it is good for.
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') or ''
redis.call('SET', KEYS[1], run, 'PX', ARGV[1])
return 1
