-- Asks for a turn, or whether it still has it. ARGV[9]: the member.
--
-- Invariant: a member has at most one place, in `running` or in `queue`, however often it asks; it keeps its place
-- in the queue while it asks again, and is counted for the hour once.
--
-- Answers {'turn', delay, due, left}, {'queued'} or {'stopped', kind, milliseconds, due}.
local member = ARGV[9]
if redis.call('ZSCORE', running, member) then
  hold(member)
  local pause = paused()
  if pause then return { 'stopped', pause[1], pause[2], pause[3] } end
  return { 'turn', 0, 0, left() }
end
local stop = stopped(endpointOf(member), true)
if stop then
  -- Whoever is in the queue keeps its place as long as it comes back.
  if redis.call('ZSCORE', queue, member) then redis.call('ZADD', waiting, now + lease, member) end
  return { 'stopped', stop[1], stop[2], stop[3] }
end
if not redis.call('ZSCORE', queue, member) then line_up(member) end
local turn = admit(member)
if turn then return { 'turn', turn[1], turn[2], turn[3] } end
return { 'queued' }
