// One person's life with Auth through supabase-js, mails read from the stack's own mail catcher. Prints what it saw as JSON.
import { createHmac } from 'node:crypto'
import { createClient } from '@supabase/supabase-js'

const { SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, SUPABASE_SECRET_KEY, MAIL_URL } = process.env
const email = process.argv[2]
const password = 'Correct-horse-1'
const seen = {}

const storage = () => {
  const kept = new Map()
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key) }
}
const app = (auth = {}) =>
  createClient(SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, { auth: { autoRefreshToken: false, storage: storage(), ...auth } })
const good = ({ data, error }) => {
  if (error) throw error
  return data
}
const code = async (answer) => (await answer).error?.code

async function mail(subject) {
  for (let attempt = 0; attempt < 50; attempt++) {
    const all = await (await fetch(`${MAIL_URL}/email`)).json()
    const found = all.find((each) => each.to.some((to) => to.address === email) && each.subject.includes(subject))
    if (found) {
      await fetch(`${MAIL_URL}/email/${found.id}`, { method: 'DELETE' })
      const link = /https?:\/\/[^\s"<>]+\/verify\?[^\s"<>]+/.exec(found.html)[0].replaceAll('&amp;', '&')
      const text = found.html.replace(/https?:\/\/[^\s"<>]+|<[^>]*>/g, ' ')
      return { link, code: /\b\d{6}\b/.exec(text)[0] }
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`no mail about ${subject}`)
}

// RFC 6238, so that the witness is not the server's own library
function totp(secret, step = Math.floor(Date.now() / 30000)) {
  const bits = [...secret].map((each) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(each).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', key).update(counter).digest()
  const offset = mac[19] & 15
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

const phone = app()
const events = []
phone.auth.onAuthStateChange((event) => events.push(event))

const signedUp = good(await phone.auth.signUp({ email, password, options: { data: { name: 'Ada', locale: 'de' } } }))
seen.signUp = { email: signedUp.user.email, session: !!signedUp.session }
seen.claims = good(await phone.auth.getClaims()).claims.role
seen.metadata = good(await phone.auth.updateUser({ data: { color: 'red' } })).user.user_metadata.color
const before = good(await phone.auth.getSession()).session
const after = good(await phone.auth.refreshSession()).session
seen.rotated = before.refresh_token !== after.refresh_token

const laptop = app()
seen.wrong = await code(laptop.auth.signInWithPassword({ email, password: 'Wrong-horse-1' }))
good(await laptop.auth.signInWithPassword({ email, password }))
await phone.auth.signOut({ scope: 'others' })
seen.laptopAfterOthers = (await laptop.auth.getUser()).error.name

// a code by mail, in the language chosen at sign-up
good(await laptop.auth.signInWithOtp({ email, options: { shouldCreateUser: false } }))
const letter = await mail('Dein Anmeldelink')
seen.otp = !!good(await laptop.auth.verifyOtp({ email, token: letter.code, type: 'email' })).session
seen.otpTwice = await code(laptop.auth.verifyOtp({ email, token: letter.code, type: 'email' }))

// a new password, for which the one of now is asked
good(await laptop.auth.signInWithPassword({ email, password }))
seen.noCurrent = await code(laptop.auth.updateUser({ password: 'Worse-horse-3' }))
seen.wrongCurrent = await code(laptop.auth.updateUser({ password: 'Worse-horse-3', current_password: 'Wrong-horse-1' }))
good(await laptop.auth.updateUser({ password: 'Worse-horse-3', current_password: password }))
seen.otherSessions = good(await laptop.rpc('my_sessions')).map((each) => each.is_current)

// a forgotten password, by PKCE
const browser = app({ flowType: 'pkce', detectSessionInUrl: false })
await new Promise((resolve) => setTimeout(resolve, 1100))
good(await browser.auth.resetPasswordForEmail(email, { redirectTo: 'http://localhost:3000/reset' }))
const click = await fetch((await mail('Setze dein Passwort')).link, { redirect: 'manual' })
const place = new URL(click.headers.get('location'))
seen.resetPlace = place.origin + place.pathname
good(await browser.auth.exchangeCodeForSession(place.searchParams.get('code')))
good(await browser.auth.updateUser({ password: 'Better-horse-2' }))
seen.oldPassword = await code(app().auth.signInWithPassword({ email, password }))

// a second factor
const desk = app()
good(await desk.auth.signInWithPassword({ email, password: 'Better-horse-2' }))
const factor = good(await desk.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'phone' }))
seen.picture = factor.totp.qr_code.startsWith('data:image/svg+xml')
good(await desk.auth.mfa.challengeAndVerify({ factorId: factor.id, code: totp(factor.totp.secret) }))
seen.level = good(await desk.auth.mfa.getAuthenticatorAssuranceLevel()).currentLevel
const lower = app()
good(await lower.auth.signInWithPassword({ email, password: 'Better-horse-2' }))
seen.nextLevel = good(await lower.auth.mfa.getAuthenticatorAssuranceLevel()).nextLevel
seen.lowerChange = await code(lower.auth.updateUser({ password: 'Third-horse-3' }))
good(await desk.auth.mfa.unenroll({ factorId: factor.id }))

// the end, by an admin
const admin = createClient(SUPABASE_URL, SUPABASE_SECRET_KEY, { auth: { autoRefreshToken: false, persistSession: false } })
seen.found = good(await admin.auth.admin.getUserById(signedUp.user.id)).user.email
good(await admin.auth.admin.deleteUser(signedUp.user.id))
seen.afterDeletion = await code(desk.auth.getUser())
seen.events = [...new Set(events)]
console.log(JSON.stringify(seen))
