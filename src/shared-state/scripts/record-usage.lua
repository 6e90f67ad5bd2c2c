-- Tells why requests are stopped, and records what ThresholdInformation answered.
-- ARGV[9], [10]: threshold and requests counted by Autotask, or nothing; [11]: requests that a replica sent while it
-- could not ask this engine, or nothing.
--
-- Invariant: what Autotask counted replaces our own estimate and is never less than what we sent within the hour. After
-- requests that were not counted here a share of the hour is kept by Autotask's count alone, so it is asked anew.
--
-- Answers {kind or '', milliseconds, delay of the next request}.
if ARGV[11] ~= '' then
  if tonumber(ARGV[11]) > 0 then count(tonumber(ARGV[11])) end
  if now - reportedAt > lookAgainMs then unsure() end
end
if ARGV[9] ~= '' then
  limit, reported, reportedAt, reportedSent = math.max(1, tonumber(ARGV[9])), tonumber(ARGV[10]), now, askedSent or sent
  redis.call('HSET', meta, 'limit', limit, 'count', reported, 'at', now, 'atSent', reportedSent, 'sure', 1)
  sure = true
  redis.call('PEXPIRE', meta, keep)
end
local stop = stopped('thresholdinformation') or { '', 0 }
local part = used() / limit
if share > 0 then part = part * 1000 / share end
local excess = math.min(1, part) - 0.75
return { stop[1], stop[2], excess <= 0 and 0 or math.floor(excess / 0.25 * slowest) }
