-- Gives a turn back, or a place in the queue, and records how the request ended.
-- ARGV[8]: the member, or nothing; [9]: accepted, refused, limited or nothing; [10]: milliseconds that Autotask asked
-- for after "too many", or -1; [11]: a random number below 1000; [12], [13]: first and longest wait when it named
-- none; [14]: refusals before a cooldown; [15]: its milliseconds.
--
-- Invariant: a cooldown stands before the slot is free, so that whoever gets it sees it; a cooldown never gets
-- shorter. Answers to requests that were sent together are one event and make it longer once.
local member, result = ARGV[8], ARGV[9]

local function cool(kind, milliseconds)
  local ends = now + milliseconds
  if ends <= (tonumber(known[2]) or 0) then return end
  known[1], known[2] = kind, ends
  redis.call('HSET', meta, 'kind', kind, 'until', ends)
  redis.call('PEXPIRE', meta, math.max(keep, milliseconds + minuteMs))
end

if result == 'accepted' then
  redis.call('HDEL', meta, 'limited', 'refused')
elseif result == 'limited' then
  local times = tonumber(redis.call('HGET', meta, 'limited')) or 0
  if not (known[1] == 'limited' and (tonumber(known[2]) or 0) > now) then
    times = redis.call('HINCRBY', meta, 'limited', 1)
  end
  local wait = tonumber(ARGV[10])
  if wait < 0 then
    wait = math.min(tonumber(ARGV[13]), tonumber(ARGV[12]) * 2 ^ (math.max(1, times) - 1)) * (0.5 + tonumber(ARGV[11]) / 2000)
  end
  cool('limited', math.ceil(wait))
elseif result == 'refused' then
  local times = redis.call('HINCRBY', meta, 'refused', 1)
  if times >= tonumber(ARGV[14]) then cool('credentials', tonumber(ARGV[15])) end
end
if result ~= '' then redis.call('PEXPIRE', meta, math.max(keep, (tonumber(known[2]) or 0) - now + minuteMs)) end

if member ~= '' then
  redis.call('ZREM', running, member)
  redis.call('ZREM', queue, member)
  redis.call('ZREM', waiting, member)
end
admit('')
return 1
