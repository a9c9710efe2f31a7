"""Lua of the change log in Redis; a script runs whole or not at all, and alone.

KEYS: 1 entries (stream; the id of an entry is `seq-0`), 2 held (hash: product → its newest
change as `op|version|seq|at_ms`, op empty once that was forgotten), 3 facts (hash), 4 forgotten
(sorted set: products whose version only is held, by time).
"""

_READ_HELD = """
local function newest(id)
  local told = redis.call('HGET', KEYS[2], id)
  if not told then return '', '', 0, 0 end
  local op, version, seq, at = string.match(told, '^(%a*)|(%d*)|(%d+)|(%d+)$')
  return op, version, tonumber(seq), tonumber(at)
end
local function whole(number) return string.format('%.0f', number) end
"""

# ARGV: at_ms, folded, most bytes, bytes added at most, identity of a new log; then, for each
# change: op, product, body, version or empty, 1 if the built catalogue has it.
# Answers {"full", entries, bytes}, or for each change its seq, 0 if unknown, -1 - held if stale.
APPEND = (
    _READ_HELD
    + """
local facts = redis.call('HMGET', KEYS[3], 'last', 'entries', 'bytes')
local last, entries = tonumber(facts[1] or '0'), tonumber(facts[2] or '0')
local bytes, folded = tonumber(facts[3] or '0'), tonumber(ARGV[2])
if bytes + tonumber(ARGV[4]) > tonumber(ARGV[3]) then return {'full', entries, bytes} end
redis.call('HSETNX', KEYS[3], 'identity', ARGV[5])
local outcomes = {}
for place = 6, #ARGV, 5 do
  local op, id, body = ARGV[place], ARGV[place + 1], ARGV[place + 2]
  local version, there = ARGV[place + 3], ARGV[place + 4] == '1'
  local before, held, seq = newest(id)
  if before ~= '' and seq > folded then there = before ~= 'delete' end
  if version ~= '' and held ~= '' and tonumber(version) < tonumber(held) then
    outcomes[#outcomes + 1] = -1 - tonumber(held)
  elseif op ~= 'put' and not there then
    outcomes[#outcomes + 1] = 0
  else
    last = last + 1
    redis.call('XADD', KEYS[1], whole(last) .. '-0',
      'at', ARGV[1], 'id', id, 'op', op, 'body', body, 'version', version)
    if version == '' then version = held end
    redis.call('HSET', KEYS[2], id,
      op .. '|' .. version .. '|' .. whole(last) .. '|' .. ARGV[1])
    if before == '' and held ~= '' then redis.call('ZREM', KEYS[4], id) end
    entries, bytes = entries + 1, bytes + ENTRY_BYTES + #id + #body
    outcomes[#outcomes + 1] = last
  end
end
redis.call('HSET', KEYS[3], 'last', whole(last), 'entries', whole(entries), 'bytes', whole(bytes))
return outcomes
"""
)

# ARGV: up to which seq, how many at once, age in ms from which versions go. Answers how many went.
FORGET = (
    _READ_HELD
    + """
local rows = redis.call('XRANGE', KEYS[1], '-', ARGV[1] .. '-0', 'COUNT', ARGV[2])
local gone, bytes = 0, 0
for _, row in ipairs(rows) do
  local its_seq = tonumber(string.match(row[1], '^(%d+)-'))
  local id, body = row[2][4], row[2][8]
  local op, version, seq, at = newest(id)
  if seq == its_seq and op ~= '' then
    if version == '' then
      redis.call('HDEL', KEYS[2], id)
    else
      redis.call('HSET', KEYS[2], id, '|' .. version .. '|' .. whole(seq) .. '|' .. whole(at))
      redis.call('ZADD', KEYS[4], at, id)
    end
  end
  gone, bytes = gone + 1, bytes + ENTRY_BYTES + #id + #body
end
if gone > 0 then
  local ends = tonumber(string.match(rows[gone][1], '^(%d+)-'))
  redis.call('XTRIM', KEYS[1], 'MINID', '=', whole(ends + 1))
  redis.call('HINCRBY', KEYS[3], 'entries', -gone)
  redis.call('HINCRBY', KEYS[3], 'bytes', -bytes)
  return gone
end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', '(' .. ARGV[3],
                               'LIMIT', 0, ARGV[2])) do
  redis.call('HDEL', KEYS[2], id)
  redis.call('ZREM', KEYS[4], id)
  gone = gone + 1
end
return gone
"""
)

# ARGV: after which seq, how many at once, at_ms. Answers {1, seq} of the first newer entry, {0,
# seq} where to go on, or {} at the end.
FIND_NEWER = """
local rows = redis.call('XRANGE', KEYS[1], '(' .. ARGV[1] .. '-0', '+', 'COUNT', ARGV[2])
local seq
for _, row in ipairs(rows) do
  seq = tonumber(string.match(row[1], '^(%d+)-'))
  if tonumber(row[2][2]) > tonumber(ARGV[3]) then return {1, seq} end
end
if seq then return {0, seq} end
return {}
"""
