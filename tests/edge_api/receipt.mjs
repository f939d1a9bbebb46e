// A receipt is photographed, attached, shown and taken away with supabase-js.
//   node receipt.mjs receipt.jpg transaction-id    prints what was seen as JSON
import { readFileSync } from 'node:fs'
import { createClient } from '@supabase/supabase-js'

const [, , path, transaction] = process.argv
const supabase = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_PUBLISHABLE_KEY, {
  auth: { persistSession: false, autoRefreshToken: false },
})
const seen = {}

/** The data of an answer; an error ends the day. */
async function ok(query) {
  const { data, error } = await query
  if (error) throw new Error(`${error.message} ${await error.context?.text?.()}`)
  return data
}

await ok(supabase.auth.signInWithPassword({ email: process.env.EMAIL, password: process.env.PASSWORD }))

const form = new FormData()
form.append('file', new File([readFileSync(path)], 'Beleg.jpg', { type: 'image/jpeg' }))
form.append('transaction_id', transaction)
seen.uploaded = await ok(supabase.functions.invoke('attachments', { body: form }))

const { attachments } = await ok(supabase.from('transactions').select('attachments(id,file_name,type,size)').eq('id', transaction).single())
seen.listed = attachments
const { id } = attachments[0]
seen.renamed = await ok(supabase.from('attachments').update({ file_name: 'Mittagessen.jpg' }).eq('id', id).select('file_name').single())
const shown = await ok(supabase.functions.invoke(`attachments/${id}`, { method: 'GET' }))
const download = await fetch(shown.url)
seen.disposition = download.headers.get('content-disposition')
seen.bytes = (await download.arrayBuffer()).byteLength

const wrong = new FormData()
wrong.append('file', new File(['GIF89a'], 'a.jpg'))
wrong.append('transaction_id', transaction)
const { error } = await supabase.functions.invoke('attachments', { body: wrong })
seen.refused = { status: error.context.status, ...(await error.context.json()) }

await supabase.functions.invoke(`attachments/${id}`, { method: 'DELETE' })
seen.left = (await ok(supabase.from('attachments').select('id'))).length
console.log(JSON.stringify(seen))
