// Runs calls as docs/operations.md shows them, each by somebody who is signed in. Reads them as JSON, prints what came.
import { readFileSync } from 'node:fs'
import { createClient } from '@supabase/supabase-js'

const { SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, SUPABASE_SECRET_KEY } = process.env
const AsyncFunction = (async () => {}).constructor
const app = (key) =>
  createClient(SUPABASE_URL, key, { auth: { autoRefreshToken: false, persistSession: false, detectSessionInUrl: false } })
const admin = app(SUPABASE_SECRET_KEY)
const form = (fields) => {
  const made = new FormData()
  for (const [name, value] of Object.entries(fields)) made.append(name, value, ...(value instanceof Blob ? [value.name] : []))
  return made
}
// files that somebody has chosen
const folder = process.argv[2]
const chosen = (name, type) => new File([readFileSync(`${folder}/${name}`)], name, { type })
const known = { SUPABASE_URL, SUPABASE_SECRET_KEY, form, statement_csv: chosen('statement.csv', 'text/csv'), receipt_png: chosen('receipt.png', 'image/png') }
const seen = {}

for (const { name, code, given, session } of JSON.parse(readFileSync(0))) {
  try {
    const supabase = app(SUPABASE_PUBLISHABLE_KEY)
    if (session) {
      const { error } = await supabase.auth.setSession(session)
      if (error) throw error
    }
    const call = new AsyncFunction('supabase', 'admin', ...Object.keys(known), ...Object.keys(given), `return await ${code}`)
    const answer = await call(supabase, admin, ...Object.values(known), ...Object.values(given))
    const { data, error } = answer instanceof Response ? { data: await answer.json(), error: !answer.ok && { message: answer.status } } : answer
    const text = await error?.context?.text?.().catch(() => null)
    seen[name] = { data: data ?? null, error: error ? `${error.code ?? ''} ${error.message} ${error.details ?? ''} ${text ?? ''}` : null }
  } catch (error) {
    seen[name] = { data: null, error: String(error) }
  }
}
console.log(JSON.stringify(seen))
