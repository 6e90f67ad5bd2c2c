-- Counts one write that is about to be sent, for everybody whose limit it is. KEYS: one hash for each of them, with
-- the writes of a minute in each field; ARGV: their limits, in the same order, and `look` at last to only look.
--
-- Invariant: within any 60 minutes nobody makes more writes than the limit, and a write that one of the limits
-- refuses counts for none of them. Minutes are counted whole, so a write may count up to a minute longer.
--
-- Answers {0, left …}, or {number of the key that refuses, seconds until there is room}.
local clock = redis.call('TIME')
local now = tonumber(clock[1])
local minute = math.floor(now / 60)
local look = ARGV[#ARGV] == 'look'
local answer = { 0 }
for i, key in ipairs(KEYS) do
  local sum, oldest = 0, minute
  local all = redis.call('HGETALL', key)
  for j = 1, #all, 2 do
    local at = tonumber(all[j])
    if at < minute - 60 then redis.call('HDEL', key, all[j])
    else
      sum = sum + tonumber(all[j + 1])
      oldest = math.min(oldest, at)
    end
  end
  local most = tonumber(ARGV[i])
  if sum >= most and not look then return { i, math.max(1, (oldest + 61) * 60 - now) } end
  answer[i + 1] = math.max(0, most - sum)
end
if look then return answer end
local counted = {}
for _, key in ipairs(KEYS) do
  if not counted[key] then
    redis.call('HINCRBY', key, minute, 1)
    redis.call('EXPIRE', key, 61 * 60 + 60)
  end
  counted[key] = true
end
return answer
