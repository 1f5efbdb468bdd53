-- What wrk runs: requests out of groups, chosen by their weights, and the result as one line of
-- JSON. The argument is a file of Lua that benchmarks/load.py writes.

local load, total, sent = nil, 0, 0

-- A body with a {n} in it is another one each time; everything else is made once.
local function prepare(request)
  if request.body and request.body:find("{n}", 1, true) then
    return function()
      local body = request.body:gsub("{n}", load.tag .. sent)
      return wrk.format(request.method, request.path, request.headers, body)
    end
  end
  local made = wrk.format(request.method, request.path, request.headers, request.body)
  return function() return made end
end

function init(arguments)
  load = dofile(arguments[1])
  math.randomseed(load.seed)
  for _, group in ipairs(load.groups) do
    total = total + group.weight
    group.until_here, group.next, group.made = total, 0, {}
    for index, request in ipairs(group.requests) do
      group.made[index] = prepare(request)
    end
  end
end

local function choose()
  if #load.groups == 1 then
    return load.groups[1]
  end
  local drawn = math.random() * total
  for _, group in ipairs(load.groups) do
    if drawn < group.until_here then
      return group
    end
  end
  return load.groups[#load.groups]
end

function request()
  sent = sent + 1
  if load.count > 0 and sent > load.count then
    wrk.thread:stop()
  end
  local group = choose()
  group.next = group.next % #group.made + 1
  return group.made[group.next]()
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"seconds":%.6f,"bytes":%d,"p50_ms":%.4f,"p90_ms":%.4f,"p99_ms":%.4f,' ..
    '"refused":%d,"failed":%d}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    latency:percentile(50) / 1e3, latency:percentile(90) / 1e3, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout
  ))
end
