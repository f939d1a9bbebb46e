-- What the gateway decides: who may pass, how often, and what every answer carries.
local cjson = require "cjson.safe"
local ffi = require "ffi"

-- nginx has OpenSSL in it
ffi.cdef [[
  const void *EVP_sha256(void);
  unsigned char *HMAC(const void *md, const void *key, int key_length, const unsigned char *text, size_t text_length,
    unsigned char *digest, unsigned int *digest_length);
  int prctl(int option, unsigned long argument, ...);
]]

local gateway = {}

local spent = ngx.shared.spent
local proved_tokens = ngx.shared.proved_tokens
local exchanged_tokens = ngx.shared.exchanged_tokens
local WINDOW_SECONDS = 60
local limits
local jwt_secret

-- limits: { enabled, reads, writes, analytics, analytics_functions = { name = true } }; requests per minute
function gateway.configure(given, secret)
  limits = given
  jwt_secret = secret
end

-- A worker whose master is killed would serve on, unknown to the supervisor, and keep the next master from the port.
function gateway.end_with_master()
  local PR_SET_PDEATHSIG, SIGTERM = 1, 15
  ffi.C.prctl(PR_SET_PDEATHSIG, SIGTERM)
end

-- Errors, in PostgREST's shape ---------------------------------------------------------------------------------------

local function body(status, subject, message, hint)
  local is_auth = (ngx.var.uri or ""):sub(1, 9) == "/auth/v1/"
  local text = cjson.encode {
    code = "PT" .. status,
    details = "gateway." .. subject,
    -- where clients of Auth look for its word
    error_code = is_auth and status == 429 and "over_request_rate_limit" or nil,
    hint = hint or cjson.null,
    message = message,
  }
  return (text:gsub("\\/", "/"))
end

local function refuse(status, ...)
  ngx.status = status
  ngx.header.content_type = "application/json; charset=utf-8"
  ngx.print(body(status, ...))
  return ngx.exit(status)
end

local TAKES_TOO_LONG = "If it takes this long each time, ask for less at once: fewer days, one account, or in parts."
local UNAVAILABLE = { 503, "unavailable", "The service can't answer right now.", "Try again in a few seconds." }
local EXPLANATIONS = {
  [400] = { 400, "malformed", "The request could not be read.", "Headers may have at most 16 KiB." },
  [404] = { 404, "not_found", "There is nothing at this path.", "Paths begin with /rest/v1/, /auth/v1/ or /functions/v1/; /docs has pages about them." },
  [405] = { 405, "method_not_allowed", "This method can't be used here." },
  [408] = { 408, "too_slow", "The request took too long to arrive." },
  [413] = { 413, "body_too_large", "The body is too large.", "At most 1 MiB; for /functions/v1/ 6 MiB, imports 32 MiB, restore 1 GiB." },
  [414] = { 414, "address_too_long", "The address is too long.", "At most 16 KiB. Use POST /rest/v1/rpc/ for more." },
  [501] = { 400, "malformed", "The body's transfer encoding is not known.", "Send `chunked`, or a Content-Length." },
}

EXPLANATIONS[505] = EXPLANATIONS[400]

local function explanation(status)
  return EXPLANATIONS[status] or (status >= 500 and UNAVAILABLE) or EXPLANATIONS[400]
end

-- answers where nginx itself has failed a request
function gateway.explain()
  refuse(unpack(explanation(ngx.status)))
end

-- Limits -------------------------------------------------------------------------------------------------------------

-- Whose budget a request is charged to. A signature can't be checked here, so a token counts as its subject's only once
-- PostgREST has accepted it; until then, and for ever if it is forged, its use is charged to the address. So nobody can
-- spend another person's budget by naming them, nor have more by inventing people.
local function caller()
  local token = ngx.var.bearer:match("^[Bb]earer (.+)$")
  -- a key's own token names a role, not a person
  if not token or token == ngx.var.key_token then
    return ngx.var.remote_addr
  end
  local subject = proved_tokens:get(ngx.sha1_bin(token))
  if not subject then
    ngx.ctx.unproved_token = token
  end
  return subject or ngx.var.remote_addr
end

local function budget()
  local report = ngx.var.uri:match("^/rest/v1/rpc/([%w_]+)/?$")
  if report and limits.analytics_functions[report] then
    return "analytics", limits.analytics
  end
  local method = ngx.req.get_method()
  if method == "GET" or method == "HEAD" then
    return "reads", limits.reads
  end
  return "writes", limits.writes
end

-- counts the request, and refuses it where the caller's budget for this minute is spent
function gateway.limit()
  -- the secret key is the operator's own
  if not limits.enabled or ngx.var.key_role == "service_role" then
    return
  end
  local kind, limit = budget()
  local entry = kind .. " " .. caller()
  local count = spent:incr(entry, 1, 0, WINDOW_SECONDS)
  local reset = math.max(1, math.ceil(spent:ttl(entry) or WINDOW_SECONDS))
  ngx.ctx.rate = { limit = limit, remaining = math.max(0, limit - count), reset = reset }
  if count > limit then
    ngx.header["Retry-After"] = reset
    refuse(429, "rate_limited", "Too many " .. kind .. " in a minute.", "Try again in " .. reset .. " seconds.")
  end
end

-- the subject of a token and the seconds it has left; nothing where there is none
local function subject_of(payload)
  local base64 = payload and payload:gsub("-", "+"):gsub("_", "/") .. ("="):rep(-#payload % 4)
  local claims = base64 and cjson.decode(ngx.decode_base64(base64) or "")
  if type(claims) == "table" and type(claims.sub) == "string" and type(claims.exp) == "number" then
    local lifetime = claims.exp - ngx.time()
    if lifetime > 0 then
      return claims.sub, lifetime
    end
  end
end

-- remembers whose token it is: success from PostgREST, and only from there, means that its signature is good
local function learn(token)
  local subject, lifetime = subject_of(token:match("^[^.]+%.([^.]+)%."))
  if subject then
    proved_tokens:set(ngx.sha1_bin(token), subject, lifetime)
  end
end

-- Tokens -------------------------------------------------------------------------------------------------------------

-- PostgREST keeps no token that it has checked, and checking an elliptic curve takes it longer than most queries: 1.5 ms
-- of 2.5 in a page of 50. So a token that it has accepted once goes on as the same claims under the shared secret.
local HEADER = '{"alg":"HS256","kid":"secret","typ":"JWT"}'

local function base64url(bytes)
  return (ngx.encode_base64(bytes, true):gsub("+", "-"):gsub("/", "_"))
end

local function signed(payload)
  local text = base64url(HEADER) .. "." .. payload
  local digest = ffi.new("unsigned char[32]")
  ffi.C.HMAC(ffi.C.EVP_sha256(), jwt_secret, #jwt_secret, text, #text, digest, nil)
  return text .. "." .. base64url(ffi.string(digest, 32))
end

-- The form is strict: what PostgREST would not read as a token, it would answer as if there were none, and that proves nothing.
function gateway.exchange()
  local token = ngx.var.passed_bearer:match("^Bearer ([%w_-]+%.[%w_-]+%.[%w_-]+)$")
  if not token or token == ngx.var.key_token then
    return
  end
  local exchanged = exchanged_tokens:get(ngx.sha1_bin(token))
  if exchanged then
    ngx.var.passed_bearer = "Bearer " .. exchanged
  else
    ngx.ctx.exchangeable_token = token
  end
end

local function keep_exchange(token)
  local payload = token:match("%.([^.]+)%.")
  local subject, lifetime = subject_of(payload)
  if subject then
    exchanged_tokens:set(ngx.sha1_bin(token), signed(payload), lifetime)
  end
end

-- Requests -----------------------------------------------------------------------------------------------------------

local function is_utf8(text)
  return not text:find("[\128-\255]") or not select(3, ngx.re.find(text, "^", "ou"))
end

-- what PostgREST goes by; the others it only hands to SQL
local READ_HEADERS = {
  accept = true, ["accept-profile"] = true, ["content-profile"] = true, ["content-type"] = true, prefer = true, range = true,
  ["range-unit"] = true, ["x-book"] = true,
}

-- PostgREST takes all of a request for UTF-8, and has no answer where it is not
local function refuse_other_bytes()
  if not is_utf8(ngx.unescape_uri(ngx.var.args or "")) then
    return refuse(400, "malformed", "The address is not UTF-8.", "Encode what is not ASCII as UTF-8, with % before each byte.")
  end
  if is_utf8(ngx.req.raw_header()) then
    return
  end
  for name, values in pairs(ngx.req.get_headers(0)) do
    for _, value in ipairs(type(values) == "table" and values or { values }) do
      if not is_utf8(name .. tostring(value)) then
        if READ_HEADERS[name] then
          return refuse(400, "malformed", "The header " .. name .. " is not UTF-8.")
        end
        ngx.req.clear_header(name)
      end
    end
  end
end

-- PostgREST's own answer is an empty object
local function refuse_other_paths()
  local path = ngx.var.uri:sub(10)
  local method = ngx.req.get_method()
  if path == "" and method ~= "GET" and method ~= "HEAD" then
    return refuse(unpack(EXPLANATIONS[405]))
  elseif path:find("/", 1, true) and not path:find("^rpc/[^/]+$") then
    return refuse(unpack(EXPLANATIONS[404]))
  end
end

-- lets a request with a good key pass, as often as the limits allow
function gateway.admit()
  if ngx.var.key_role == "" then
    if ngx.var.key == "" then
      return refuse(401, "key_missing", "The request has no API key.", "Send it in the header `apikey`.")
    end
    return refuse(401, "key_unknown", "The API key is not known.", "`make status` shows the keys of a local stack.")
  end
  if ngx.var.arg_apikey then
    -- PostgREST would take it for a filter
    ngx.req.set_uri_args((ngx.re.gsub("&" .. ngx.var.args, "&apikey=[^&]*", "", "ijo"):gsub("^&", "")))
  end
  gateway.limit()
  if ngx.var.uri:sub(1, 9) == "/rest/v1/" then
    refuse_other_paths()
    refuse_other_bytes()
  end
end

-- Caching ------------------------------------------------------------------------------------------------------------

local METHODS = {
  GET = ngx.HTTP_GET, HEAD = ngx.HTTP_HEAD, POST = ngx.HTTP_POST, PUT = ngx.HTTP_PUT, PATCH = ngx.HTTP_PATCH,
  DELETE = ngx.HTTP_DELETE,
}
-- nginx's own to say; what else PostgREST says goes on
local HOP_BY_HOP = { connection = true, ["keep-alive"] = true, ["transfer-encoding"] = true, date = true, server = true }

local function is_known(etag)
  local known = ngx.var.http_if_none_match or ""
  -- gzip makes an ETag weak on its way out, so it comes back as W/"…"
  return known == "*" or known:find(etag, 1, true) ~= nil
end

-- asks PostgREST for a reference table; tells an app whose answer is still right so, instead of sending it again
function gateway.revalidate(relation)
  local method = METHODS[ngx.req.get_method()]
  if not method then
    ngx.status = 405
    return gateway.explain()
  end
  ngx.req.read_body()
  local answer = ngx.location.capture("/reference/" .. relation, {
    method = method, args = ngx.var.args, always_forward_body = true,
  })
  -- to HEAD, the length is of what is not sent
  ngx.status = answer.truncated and method ~= ngx.HTTP_HEAD and 502 or answer.status
  if ngx.status >= 502 then
    return gateway.explain()
  end
  for name, value in pairs(answer.header) do
    if not HOP_BY_HOP[name:lower()] then
      ngx.header[name] = value
    end
  end
  if ngx.status == 200 and method == ngx.HTTP_GET then
    local etag = '"' .. ngx.md5((answer.header["Content-Type"] or "") .. answer.body) .. '"'
    ngx.header.ETag = etag
    -- kept by whoever asked, and asked about each time
    ngx.header["Cache-Control"] = "private, no-cache"
    if is_known(etag) then
      ngx.status = ngx.HTTP_NOT_MODIFIED
      ngx.header.content_length = nil
      return ngx.exit(ngx.OK)
    end
  end
  ngx.print(answer.body)
end

-- Answers ------------------------------------------------------------------------------------------------------------

local ALLOWED_HEADERS = "accept, accept-language, accept-profile, apikey, authorization, cache-control, content-profile, "
  .. "content-type, if-match, if-none-match, prefer, range, range-unit, x-book, x-client-info, x-request-id, "
  .. "x-retry-count, x-supabase-api-version"
local EXPOSED_HEADERS = "content-disposition, content-location, content-range, etag, link, location, preference-applied, "
  .. "ratelimit-limit, ratelimit-remaining, ratelimit-reset, retry-after, sb-auth-session-id, sb-auth-user-id, x-request-id, "
  .. "x-sb-error-code, x-supabase-api-version, x-total-count"

local function allow_origin(header)
  local origin = ngx.var.allowed_origin
  header["Access-Control-Allow-Origin"] = origin ~= "" and origin or nil
  header["Access-Control-Allow-Credentials"] = nil
  header["Access-Control-Allow-Methods"] = nil
  header["Access-Control-Allow-Headers"] = nil
  header["Access-Control-Expose-Headers"] = nil
  header["Access-Control-Max-Age"] = nil
  header.Vary = "Origin"
  if origin == "" then
    return
  end
  if ngx.req.get_method() == "OPTIONS" then
    header["Access-Control-Allow-Methods"] = "GET, HEAD, POST, PATCH, PUT, DELETE, OPTIONS"
    -- an app may have headers of its own, as those of a trace; nothing here trusts a page because it can send one
    local asked = ngx.var.http_access_control_request_headers or ""
    local named = asked:find("^[%w_, -]+$") and ", " .. asked or ""
    header["Access-Control-Allow-Headers"] = ALLOWED_HEADERS .. named
    header["Access-Control-Max-Age"] = 7200
  else
    header["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
  end
end

-- what finish_body puts in place of the body that was to come
local function answer_instead(...)
  ngx.header.content_type = "application/json; charset=utf-8"
  ngx.header.content_length = nil
  ngx.ctx.body_instead = body(...)
end

function gateway.finish_headers()
  local header = ngx.header
  allow_origin(header)
  header["X-Request-Id"] = ngx.var.trace_id
  header["X-Content-Type-Options"] = "nosniff"
  -- nginx leaves out a header that was set and taken away, but adds its own name where there was none
  header.Server = ""
  header.Server = nil
  local rate = ngx.ctx.rate
  if rate then
    header["RateLimit-Limit"] = rate.limit
    header["RateLimit-Remaining"] = rate.remaining
    header["RateLimit-Reset"] = rate.reset
  end
  if ngx.status >= 400 and header.content_type == "text/html" then
    -- nginx's own page, which it sends where it fails too early or too late for error_page
    local told = explanation(ngx.status)
    ngx.status = told[1]
    answer_instead(unpack(told))
  end
  -- there is none where the request line could not be read
  local is_rest = (ngx.var.uri or ""):sub(1, 9) == "/rest/v1/"
  if is_rest and ngx.ctx.unproved_token and ngx.status < 300 then
    learn(ngx.ctx.unproved_token)
  end
  if is_rest and ngx.ctx.exchangeable_token and ngx.status < 300 then
    keep_exchange(ngx.ctx.exchangeable_token)
  end
  if is_rest and ngx.status == 500 then
    if (header.content_type or ""):find("^text/plain") then
      -- without a word of its own: the body was not UTF-8, for what else was has been seen to
      ngx.status = 400
      answer_instead(400, "malformed", "The body is not UTF-8.")
    else
      -- PostgREST's word for time-outs, deadlocks and full disks, whose code is in the body
      ngx.status = 503
      header.content_length = nil
      ngx.ctx.may_be_timed_out = true
    end
  end
  if ngx.status == 503 then
    header["Retry-After"] = 5
  end
end

function gateway.finish_body()
  if ngx.ctx.body_instead then
    ngx.arg[1], ngx.arg[2] = ngx.ctx.body_instead, true
    ngx.ctx.body_instead = ""
  elseif ngx.ctx.may_be_timed_out then
    ngx.arg[1] = (ngx.arg[1]:gsub('("code":"57014","details":null,"hint":)null', '%1"' .. TAKES_TOO_LONG .. '"'))
  end
end

return gateway
