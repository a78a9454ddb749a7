-- Every request of every side comes from here, so that all sides are asked about the same users in the same order.
-- Arguments: the request's text, in which \1 stands for a user, \2 for a number that is new every time and \3 for one
-- of the users after those of \1; how users are drawn ("uniform" or "zipf"); the number of the first user; how many
-- there are; the seed; for Zipf the sum of 1 / rank ^ exponent over all of them; "statuses" to tell conflicts from other
-- answers, which costs time; a number at random, below 80 million; how many users \3 stands for.
-- LOAD_PORTS in the environment, where setup can read it: the servers' ports, of which each thread has its own.

local EXPONENT = 0.99
-- Spreads the ranks over all users, so that the hot ones are no neighbours.
local SPREAD = 7368787
local THREAD_SEED = 1000000

local threads = {}

local ports = {}
for port in (os.getenv("LOAD_PORTS") or ""):gmatch("%d+") do table.insert(ports, port) end

function setup(thread)
  table.insert(threads, thread)
  thread.addr = wrk.lookup(wrk.host, ports[#threads])[1]
  thread:set("number", #threads)
end

local pieces, userSlots, counterSlots, furtherSlots = {}, {}, {}, {}
local first, count, further, draw
local counter

local function zipf(total)
  -- Gray et al., "Quickly Generating Billion-Record Synthetic Databases", as YCSB has it.
  local second = 1 + 0.5 ^ EXPONENT
  local power = 1 / (1 - EXPONENT)
  local eta = (1 - (2 / count) ^ (1 - EXPONENT)) / (1 - second / total)
  return function()
    local u = math.random()
    local rank
    if u * total < 1 then rank = 0
    elseif u * total < second then rank = 1
    else rank = math.floor(count * (eta * u - eta + 1) ^ power) end
    return (rank * SPREAD) % count
  end
end

function init(args)
  local slots = { ["\1"] = userSlots, ["\2"] = counterSlots, ["\3"] = furtherSlots }
  for text, slot in args[1]:gmatch("([^\1-\3]*)([\1-\3]?)") do
    table.insert(pieces, text)
    if slot ~= "" then
      table.insert(pieces, "")
      table.insert(slots[slot], #pieces)
    end
  end
  first, count, further = tonumber(args[3]), tonumber(args[4]), tonumber(args[9])
  -- Threads draw users apart from each other; the first as it would alone.
  math.randomseed(tonumber(args[5]) + (number - 1) * THREAD_SEED)
  for _ = 1, 16 do math.random() end
  -- Two loads with the same seed set the same users in the same order. Their numbers differ, or the second would set what
  -- is stored already, which writes nothing.
  counter = 10000000 + (math.random(0, 79999999) + tonumber(args[8])) % 80000000
  draw = args[2] == "zipf" and zipf(tonumber(args[6])) or function() return math.random(0, count - 1) end
  answers, conflicts, failures = 0, 0, 0
  if args[7] == "statuses" then
    response = function(status)
      answers = answers + 1
      if status == 409 then conflicts = conflicts + 1
      elseif status < 200 or status > 299 then failures = failures + 1 end
    end
  end
end

function request()
  counter = counter + 1
  for index = 1, #userSlots do pieces[userSlots[index]] = first + draw() end
  for index = 1, #counterSlots do pieces[counterSlots[index]] = counter end
  for index = 1, #furtherSlots do pieces[furtherSlots[index]] = first + count + math.random(0, further - 1) end
  return table.concat(pieces)
end

function done(summary, latency, requests)
  local conflicts, failures, counted = 0, 0, 0
  for _, thread in ipairs(threads) do
    conflicts = conflicts + thread:get("conflicts")
    failures = failures + thread:get("failures")
    counted = counted + thread:get("answers")
  end
  if counted == 0 then failures = summary.errors.status end
  local errors = summary.errors
  io.write(string.format(
    '\n@{"requests":%d,"micros":%d,"p50Us":%d,"p99Us":%d,"maxUs":%d,"conflicts":%d,"failures":%d,"socketErrors":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency.max,
    conflicts, failures, errors.connect + errors.read + errors.write + errors.timeout))
end
