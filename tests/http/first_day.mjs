// A new user's first day with supabase-js. test_first_day.py does the same with supabase-py and compares both with hledger.
//   node first_day.mjs day.json    prints the answers as JSON
import { readFileSync } from 'node:fs'
import { createClient } from '@supabase/supabase-js'

const day = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const supabase = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_PUBLISHABLE_KEY, {
  auth: { persistSession: false, autoRefreshToken: false },
})
const answers = {}

/** The data of an answer; an error ends the day. */
async function ok(query) {
  const { data, error } = await query
  if (error) throw new Error(JSON.stringify(error))
  return data
}
const without = (row, ...names) => Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)))

const { email, password, username } = day.person
await ok(supabase.auth.signUp({ email, password, options: { data: { name: 'Ada', username, currency: 'USD' } } }))
answers.profile = await ok(supabase.from('profiles').select('name,username').single())
answers.default_categories = (await supabase.from('categories').select('*', { count: 'exact', head: true })).count

await ok(supabase.from('accounts').insert(day.accounts))
await ok(
  supabase.from('categories').upsert(
    day.categories.map((name) => ({ name, parent_id: null, kind: 'both' })),
    { onConflict: 'book_id,parent_id,name', ignoreDuplicates: true },
  ),
)
await ok(supabase.from('labels').insert(day.labels.map((name) => ({ name }))))
const ids = (rows) => Object.fromEntries(rows.map((row) => [row.name, row.id]))
const categories = ids(await ok(supabase.from('categories').select('id,name').is('parent_id', null)))
const labels = ids(await ok(supabase.from('labels').select('id,name')))

// the whole statement at once, and once more, as after a lost connection
const rows = day.transactions.map((row) => ({ ...without(row, 'category'), category_id: categories[row.category] ?? null }))
answers.inserted = (await ok(supabase.from('transactions').insert(rows).select())).length
await ok(supabase.from('transactions').upsert(rows))
await ok(supabase.from('transactions').upsert(rows, { ignoreDuplicates: true }))
answers.count = (await supabase.from('transactions').select('*', { count: 'exact', head: true })).count
answers.estimated = (await supabase.from('transactions').select('*', { count: 'estimated', head: true })).count
await ok(
  supabase.from('transaction_labels').insert(
    day.transaction_labels.map((row) => ({ transaction_id: row.transaction_id, label_id: labels[row.label] })),
  ),
)

const splits = day.split.splits.map((part) => ({ ...without(part, 'category'), category_id: categories[part.category] ?? null }))
await ok(supabase.rpc('split_transaction', { transaction_id: day.split.transaction_id, splits }))
const transfer = { ...without(day.transfer, 'fee_category'), fee_category_id: categories[day.transfer.fee_category] }
for (let time = 0; time < 2; time += 1) answers.transfer = await ok(supabase.rpc('record_transfer', transfer))
const edited = () => supabase.from('transactions').update(without(day.edit, 'id')).eq('id', day.edit.id)
const { version } = await ok(supabase.from('transactions').select('version').eq('id', day.edit.id).single())
answers.edited = await ok(edited().eq('version', version).select())
answers.lost_update = await ok(edited().eq('version', version).select())
await ok(supabase.from('transactions').delete().eq('id', day.delete))

answers.embedded = await ok(
  supabase
    .from('transactions')
    .select('*,account:accounts(name),splits(*,category:categories(name)),labels(*)')
    .eq('id', day.split.transaction_id)
    .single(),
)
answers.found = await ok(supabase.rpc('search_transactions', { query: day.keyword }).select('id,payer,notes'))
answers.largest = await ok(
  supabase.from('transactions').select('amount').order('amount', { ascending: false }).order('number').limit(5),
)
const newestFirst = (query) => query.order('booked_on', { ascending: false }).order('number', { ascending: false })
const keys = () => supabase.from('transactions').select('id,booked_on,number')
answers.offset_pages = []
for (let start = 0; start < 100; start += 10) {
  answers.offset_pages.push(...(await ok(newestFirst(keys()).range(start, start + 9))))
}
answers.cursor_pages = []
for (let page = [{}]; page.length > 0; ) {
  const { booked_on: on, number } = page.at(-1)
  const rest = on ? keys().or(`booked_on.lt.${on},and(booked_on.eq.${on},number.lt.${number})`) : keys()
  page = await ok(newestFirst(rest).limit(10))
  answers.cursor_pages.push(...page)
}

const dates = { from_date: day.from_date, to_date: day.to_date }
answers.balances = await ok(supabase.from('accounts').select('name,balance,transaction_count'))
answers.spending = await ok(supabase.rpc('spending', dates))
answers.spending_by_month = await ok(supabase.rpc('spending', { ...dates, group_by: 'month' }))
answers.income = await ok(supabase.rpc('income', dates))
answers.cash_flow = await ok(supabase.rpc('cash_flow', dates))
answers.net_worth = await ok(supabase.rpc('net_worth', dates))
answers.balance_history = await ok(supabase.rpc('balance_history', { ...dates, interval: 'yearly' }))
answers.summary = await ok(supabase.rpc('transaction_summary', dates))
answers.register = []
for (let cursor; cursor !== null; cursor = answers.register.at(-1).next_cursor) {
  const call = { account_id: day.transfer.from_account_id, page_size: 2, cursor: cursor ?? null }
  answers.register.push(...(await ok(supabase.rpc('account_register', call))))
}
answers.missing_rates = await ok(supabase.from('missing_rates').select())
answers.journal = await ok(supabase.rpc('hledger_journal'))

console.log(JSON.stringify(answers))
