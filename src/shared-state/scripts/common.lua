-- What all scripts about one tenant begin with.
--
-- Invariant: a request is sent by whoever has a member in `running` whose score lies ahead, and there are never
-- more of those than `overall`, nor more than `perEndpoint` of one endpoint, except when a replica registers what it
-- sent while this engine could not be asked. All times are the engine's own: clocks of replicas never count.
--
-- A member reads endpoint|replica|number.
local meta, running, queue, waiting, hours = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local lease, overall, perEndpoint = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local share, slowest = tonumber(ARGV[4]), tonumber(ARGV[5]) -- share in thousandths of the threshold, 0: all of it
local perCheck, checkMs = tonumber(ARGV[6]), tonumber(ARGV[7])
local knows = ARGV[8] == '1' -- whether whoever asks was answered about this tenant within the hour

local hour, minuteMs, settleMs, heardMs = 3600000, 60000, 2000, 2500
local keep = hour + 5 * minuteMs
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

local known = redis.call('HMGET', meta, 'kind', 'until', 'run', 'settle', 'limit', 'count', 'at', 'atSent', 'checked', 'checkedSent', 'sent', 'sure', 'asked', 'tries', 'askedSent')
local run, settle = known[3], tonumber(known[4]) or 0
local limit, reported, reportedAt = tonumber(known[5]) or 10000, tonumber(known[6]), tonumber(known[7]) or 0
local reportedSent, checkedAt, checkedSent = tonumber(known[8]) or 0, tonumber(known[9]) or 0, tonumber(known[10]) or 0
local sent = tonumber(known[11]) or 0
-- Where a share of the hour is to be kept: whether Autotask has said how much of it is used, and how often it was asked.
local sure, asked, tries, askedSent = known[12] == '1', tonumber(known[13]) or 0, tonumber(known[14]) or 0, tonumber(known[15])
local askMs, mostTries, lookAgainMs = 5000, 3, 250

local function unsure()
  sure, asked, tries = false, 0, 0
  redis.call('HDEL', meta, 'sure', 'asked', 'tries')
end

-- An engine that was started anew, took over from another one, or forgot the tenant may not know of requests that are
-- on their way: replicas register them within this time, and until they have nothing new is let in.
local about = redis.call('INFO', 'server')
local runNow = string.match(about, 'run_id:(%w+)') or ''
if run ~= runNow then
  local uptime = tonumber(string.match(about, 'uptime_in_seconds:(%d+)')) or 0
  if run or knows or uptime < 3 then settle = now + settleMs end
  redis.call('HSET', meta, 'run', runNow, 'settle', settle)
  unsure()
  redis.call('PEXPIRE', meta, keep)
end

redis.call('ZREMRANGEBYSCORE', running, '-inf', now)
local gone = redis.call('ZRANGEBYSCORE', waiting, '-inf', now)
for _, member in ipairs(gone) do
  redis.call('ZREM', waiting, member)
  redis.call('ZREM', queue, member)
end

-- Requests of the last hour by minute, with their sum: `own`. A minute counts until its last second is an hour ago.
local minute = math.floor(now / minuteMs)
local tally = redis.call('HMGET', hours, 'sum', 'minute')
local own = tonumber(tally[1]) or 0
if tally[2] and tonumber(tally[2]) ~= minute then
  own = 0
  local all = redis.call('HGETALL', hours)
  for i = 1, #all, 2 do
    local at = tonumber(all[i])
    if at and at < minute - 60 then redis.call('HDEL', hours, all[i])
    elseif at then own = own + tonumber(all[i + 1]) end
  end
  redis.call('HSET', hours, 'sum', own, 'minute', minute)
end

local function used()
  if reported and now - reportedAt <= hour then return math.max(own, reported + sent - reportedSent) end
  return own
end

local function checkIsDue()
  if now - checkedAt < checkMs then return 0 end
  checkedAt, checkedSent = now, sent
  redis.call('HSET', meta, 'checked', now, 'checkedSent', sent)
  return 1
end

local function left()
  if share == 0 then return -1 end
  return math.max(0, math.floor(limit * share / 1000 - used()))
end

-- Nothing is sent before Autotask has said how much of the hour is used, as long as it may still say so. `asks`: the
-- caller can ask it.
local function firstAsks(asks)
  if sure then return nil end
  if now - asked < askMs then return { 'share', lookAgainMs, 0 } end
  if tries >= mostTries then return nil end
  if not asks then return { 'share', lookAgainMs, 0 } end
  asked, tries = now, tries + 1
  checkedAt, checkedSent = now, sent
  redis.call('HSET', meta, 'asked', asked, 'tries', tries, 'checked', checkedAt, 'checkedSent', checkedSent)
  redis.call('PEXPIRE', meta, keep)
  return { 'share', lookAgainMs, 1 }
end

-- Why nobody may send anything: kind, milliseconds, 0.
local function paused()
  if settle > now then return { 'settling', settle - now, 0 } end
  local ends = tonumber(known[2]) or 0
  if known[1] and ends > now then return { known[1], ends - now, 0 } end
  return nil
end

-- Why nothing may be sent to the endpoint: kind, milliseconds, whether ThresholdInformation should be asked.
local function stopped(endpoint, asks)
  local pause = paused()
  if pause then return pause end
  if share == 0 or endpoint == 'thresholdinformation' then return nil end
  local first = firstAsks(asks)
  if first then return first end
  if left() >= 1 then return nil end
  if own < limit * share / 1000 then return { 'share', minuteMs, checkIsDue() } end
  local oldest = minute
  for _, field in ipairs(redis.call('HKEYS', hours)) do
    local at = tonumber(field)
    if at and at < oldest then oldest = at end
  end
  return { 'share', math.max(1000, (oldest + 61) * minuteMs - now), checkIsDue() }
end

local function count(requests)
  sent = redis.call('HINCRBY', meta, 'sent', requests)
  redis.call('HINCRBY', hours, minute, requests)
  own = redis.call('HINCRBY', hours, 'sum', requests)
  if not tally[2] then redis.call('HSET', hours, 'minute', minute) end
  tally[2] = minute
  redis.call('PEXPIRE', meta, keep)
  redis.call('PEXPIRE', hours, keep)
end

-- Counts one request; answers the milliseconds it has to wait, whether ThresholdInformation should be asked, and
-- how many more there may be within the hour (-1: no limit of our own).
local function spend()
  count(1)
  local due = 0
  if sent - checkedSent >= perCheck then due = checkIsDue() end
  local part = used() / limit
  if share > 0 then part = part * 1000 / share end
  local excess = math.min(1, part) - 0.75
  local delay = excess <= 0 and 0 or math.floor(excess / 0.25 * slowest)
  return delay, due, left()
end

local function endpointOf(member) return string.match(member, '^[^|]*') end

local function isHeard(member)
  local ends = tonumber(redis.call('ZSCORE', waiting, member)) or 0
  return ends - lease > now - heardMs
end

local function hold(member)
  redis.call('ZADD', running, now + lease, member)
  redis.call('PEXPIRE', running, lease * 2)
end

-- Lets in those who wait, in the order in which they came. Who waits for a busy endpoint blocks nobody else, nor does
-- who may have died: a place is kept until the lease ends, but whoever waits is heard from twice a second.
-- `asks` learns of its own turn from the answer of the script, everybody else from the channel of its replica.
local function admit(asks)
  local members = redis.call('ZRANGE', queue, 0, -1)
  if #members == 0 then return nil end
  local taken, busy, turn = 0, {}, nil
  for _, member in ipairs(redis.call('ZRANGE', running, 0, -1)) do
    local endpoint = endpointOf(member)
    taken, busy[endpoint] = taken + 1, (busy[endpoint] or 0) + 1
  end
  for _, member in ipairs(members) do
    if taken >= overall then break end
    local endpoint = endpointOf(member)
    if (busy[endpoint] or 0) < perEndpoint and isHeard(member) and not stopped(endpoint) then
      redis.call('ZREM', queue, member)
      redis.call('ZREM', waiting, member)
      hold(member)
      -- What is on its way when Autotask is asked may be counted in its answer or not: then it counts twice, never not.
      if endpoint == 'thresholdinformation' and (busy[endpoint] or 0) == 0 then
        askedSent = sent - taken
        redis.call('HSET', meta, 'askedSent', askedSent)
      end
      taken, busy[endpoint] = taken + 1, (busy[endpoint] or 0) + 1
      local delay, due, rest = spend()
      if member == asks then turn = { delay, due, rest }
      else
        local replica = string.match(member, '^[^|]*|([^|]*)|')
        redis.call('PUBLISH', 'autotask-mcp:turn:' .. replica, member .. ' ' .. delay .. ' ' .. due .. ' ' .. rest)
      end
    end
  end
  return turn
end

local function line_up(member)
  local place = redis.call('HINCRBY', meta, 'place', 1)
  redis.call('ZADD', queue, place, member)
  redis.call('ZADD', waiting, now + lease, member)
  redis.call('PEXPIRE', queue, lease * 2)
  redis.call('PEXPIRE', waiting, lease * 2)
  redis.call('PEXPIRE', meta, keep)
end
