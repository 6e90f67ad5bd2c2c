-- Takes a pending confirmation. KEYS[1]: its key, which holds the run of the engine that it was given out in.
--
-- Invariant: it is taken once. An engine that was started anew or took over from another one may have lost that a
-- confirmation was taken, so it honours none that was given out before: that costs a new preview, never a second
-- write.
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') or ''
local given = redis.call('GET', KEYS[1])
redis.call('DEL', KEYS[1])
if given == run then return 1 end
return 0
