-- Sends one kind of request again and again, over connections that stay open. Arguments: method, path, Prefer, a file of
-- bodies (one a line, or "-"), and a file with "token account" a line; each connection takes its own line of it, in turn.
local lines = function(path)
  local all = {}
  for line in io.lines(path) do all[#all + 1] = line end
  return all
end

local turn = 0
local requests = {}

function init(arguments)
  local method, path, prefer, bodies_file, people_file = unpack(arguments)
  local people = lines(people_file)
  local bodies = bodies_file == "-" and { false } or lines(bodies_file)
  -- as many requests as one round over all people and bodies needs, formatted once: the generator must not be the brake
  for i = 1, math.max(#people, #bodies) do
    local token, account = people[(i - 1) % #people + 1]:match("(%S+) (%S+)")
    local body = bodies[(i - 1) % #bodies + 1] or nil
    local headers = {
      ["apikey"] = os.getenv("BENCH_KEY"),
      ["Authorization"] = "Bearer " .. token,
      ["Accept"] = "application/json",
    }
    if body then
      headers["Content-Type"] = "application/json"
      body = body:gsub("@account", account)
    end
    if prefer ~= "-" then headers["Prefer"] = prefer end
    requests[i] = wrk.format(method, (path:gsub("@account", account)), headers, body)
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nJSON {"requests": %d, "seconds": %.6f, "failed": %d, "p50": %.3f, "p95": %.3f, "p99": %.3f}\n',
    summary.requests, summary.duration / 1e6,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000
  ))
end
