-- Keeps what a replica has and waits for. ARGV[9], [10], …: pairs of `running` or `waiting` and a member.
--
-- Invariant: what is not renewed within its lease is free. A replica that sends counts, whether or not this engine
-- remembers having let it in: it may have been started anew, or not have been asked.
--
-- Answers {left, kind or '', milliseconds, due, members whose turn it is …}: the stop is that of all endpoints.
local turns = {}
for i = 9, #ARGV, 2 do
  local member = ARGV[i + 1]
  if ARGV[i] == 'running' then
    redis.call('ZREM', queue, member)
    redis.call('ZREM', waiting, member)
    hold(member)
  elseif redis.call('ZSCORE', running, member) then
    hold(member)
    turns[#turns + 1] = member
  elseif redis.call('ZSCORE', queue, member) then
    redis.call('ZADD', waiting, now + lease, member)
  else line_up(member) end
end
redis.call('PEXPIRE', queue, lease * 2)
redis.call('PEXPIRE', waiting, lease * 2)
admit('')
local stop = stopped('', false) or { '', 0, 0 }
local answer = { left(), stop[1], stop[2], stop[3] }
for _, member in ipairs(turns) do answer[#answer + 1] = member end
return answer
