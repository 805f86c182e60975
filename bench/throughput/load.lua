-- What wrk sends and reports. With a file of recorded requests it sends them in turn, each already laid out in memory,
-- so that the client costs little; without one it sends its own default request.

local recorded, last_sent, sent = {}, 0, 0

-- The file holds, for each request, its length in bytes on a line and then the bytes.
local function read_recorded(path)
  local file = assert(io.open(path, "rb"))
  for length in function() return file:read("*n") end do
    file:read(1)
    recorded[#recorded + 1] = file:read(length)
  end
  file:close()
end

local function next_recorded()
  last_sent = last_sent % #recorded + 1
  return recorded[last_sent]
end

-- A request like no other: the running number stands wherever the recorded one has ########.
local function next_numbered()
  sent = sent + 1
  return (next_recorded():gsub("########", string.format("%08d", sent)))
end

function init(args)
  if args[1] == nil then return end
  read_recorded(args[1])
  request = args[2] == "numbered" and next_numbered or next_recorded
end

function done(summary)
  local errors = summary.errors
  io.write(string.format(
    'summary {"requests":%d,"bytes":%d,"microseconds":%d,' ..
    '"errors":{"connect":%d,"read":%d,"write":%d,"status":%d,"timeout":%d}}\n',
    summary.requests, summary.bytes, summary.duration,
    errors.connect, errors.read, errors.write, errors.status, errors.timeout))
end
