-- Gives a turn back, or a place in the queue, and records how the request ended.
-- ARGV[9]: the member, or nothing; [10]: accepted, refused, limited, or nothing; credentials: a replica stopped by
-- itself after refusals; [11]: milliseconds that Autotask asked for after "too many", or that the replica still waits,
-- or -1; [12]: a random number below 1000; [13], [14]: first and longest wait when none was named; [15]: refusals
-- before a cooldown; [16]: its milliseconds.
--
-- Invariant: a cooldown stands before the slot is free, so that whoever gets it sees it; a cooldown never gets
-- shorter. Answers to requests that were sent together are one event and make it longer once. Every replica is told
-- of it, because it holds as well when this engine cannot be asked.
local member, result = ARGV[9], ARGV[10]

local function cool(kind, milliseconds)
  local ends = now + milliseconds
  if ends <= (tonumber(known[2]) or 0) then return end
  known[1], known[2] = kind, ends
  redis.call('HSET', meta, 'kind', kind, 'until', ends)
  redis.call('PEXPIRE', meta, math.max(keep, milliseconds + minuteMs))
  redis.call('PUBLISH', 'autotask-mcp:pause', string.match(meta, '{(%w+)}') .. ' ' .. kind .. ' ' .. milliseconds)
end

if result == 'accepted' then
  redis.call('HDEL', meta, 'limited', 'refused')
elseif result == 'limited' then
  local times = tonumber(redis.call('HGET', meta, 'limited')) or 0
  if not (known[1] == 'limited' and (tonumber(known[2]) or 0) > now) then
    times = redis.call('HINCRBY', meta, 'limited', 1)
  end
  local wait = tonumber(ARGV[11])
  if wait < 0 then
    wait = math.min(tonumber(ARGV[14]), tonumber(ARGV[13]) * 2 ^ (math.max(1, times) - 1)) * (0.5 + tonumber(ARGV[12]) / 2000)
  end
  cool('limited', math.ceil(wait))
elseif result == 'refused' then
  local times = redis.call('HINCRBY', meta, 'refused', 1)
  if times >= tonumber(ARGV[15]) then cool('credentials', tonumber(ARGV[16])) end
elseif result == 'credentials' then cool('credentials', tonumber(ARGV[11]))
end
if result ~= '' then redis.call('PEXPIRE', meta, math.max(keep, (tonumber(known[2]) or 0) - now + minuteMs)) end

if member ~= '' then
  redis.call('ZREM', running, member)
  redis.call('ZREM', queue, member)
  redis.call('ZREM', waiting, member)
end
admit('')
return 1
