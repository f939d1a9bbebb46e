// Lists REST from PostgREST's own description and the functions from theirs, and calls both with one's own token.
import key from './key.js'

let token = ''
let book = ''
const state = document.getElementById('state')
const side = () => document.querySelector('input[name=side]:checked').value
// whom /functions/v1/docs has sent
if (new URLSearchParams(location.search).get('of') === 'functions') {
  document.querySelector('input[name=side][value^="/functions/"]').checked = true
}

const ui = SwaggerUIBundle({
  dom_id: '#api',
  url: side(),
  docExpansion: 'none',
  filter: true,
  tagsSorter: 'alpha',
  deepLinking: true,
  defaultModelsExpandDepth: -1,
  tryItOutEnabled: true,
  // nobody else is asked about what is described here
  validatorUrl: null,
  requestInterceptor: (request) => {
    request.headers.apikey = key
    if (token) request.headers.Authorization = `Bearer ${token}`
    if (book && !request.loadSpec) request.headers['x-book'] = book
    return request
  },
})
const list = () => {
  ui.specActions.updateUrl(side())
  ui.specActions.download(side())
}
const use = (found, whose) => {
  token = found
  state.textContent = token ? `Calls are made as ${whose}. They are real: what is deleted is gone.` : 'Nobody is signed in.'
  list()
}

for (const input of document.querySelectorAll('input[name=side]')) input.addEventListener('change', list)

document.getElementById('sign-in').addEventListener('submit', async (event) => {
  event.preventDefault()
  const { email, password } = Object.fromEntries(new FormData(event.target))
  const answer = await fetch('/auth/v1/token?grant_type=password', {
    method: 'POST',
    headers: { apikey: key, 'Content-Type': 'application/json' },
    body: JSON.stringify({ email, password }),
  })
  const body = await answer.json()
  if (answer.ok) use(body.access_token, email)
  else state.textContent = body.msg ?? body.message ?? 'That did not work.'
})

document.getElementById('token').addEventListener('submit', (event) => {
  event.preventDefault()
  const fields = new FormData(event.target)
  book = fields.get('book').trim()
  use(fields.get('token').trim() || token, fields.get('token').trim() ? 'the bearer of the token' : 'before')
})
