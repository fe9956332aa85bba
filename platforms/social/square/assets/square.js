// Everything here is comfort: without it the page reads, and comments by its forms.
const words = document.querySelector('#words').dataset
const $ = (selector, from = document) => from.querySelector(selector)
const $$ = (selector, from = document) => [...from.querySelectorAll(selector)]
const most = 2000

// What this browser remembers: its name, and the tokens of its comments.
const memory = {
  get: key => { try { return localStorage.getItem(key) } catch { return null } },
  set: (key, value) => { try { localStorage.setItem(key, value) } catch { /* private windows */ } },
  drop: key => { try { localStorage.removeItem(key) } catch { /* the same */ } },
}
const tokenOf = id => memory.get('square:token:' + id)

async function send (method, path, fields) {
  const answer = await fetch(path, { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(fields ?? {}) })
  const told = await answer.json()
  if (!answer.ok) throw Object.assign(new Error(told.error), { told: true })
  return told
}

function fault (form, error) {
  const place = $('.fault', form)
  place.textContent = error ? (error.told ? error.message : words.lost) : ''
  place.hidden = !error
}

function say (text) {
  const place = $('#status')
  place.textContent = text
  clearTimeout(say.timer)
  say.timer = setTimeout(() => { place.textContent = '' }, 3000)
}

// dress makes a new piece of the page what this browser sees of it.
const relative = new Intl.RelativeTimeFormat(words.lang, { numeric: 'auto' })
const exact = new Intl.DateTimeFormat(words.lang, { dateStyle: 'full', timeStyle: 'short' })
function dress (root) {
  for (const time of $$('time', root)) {
    const at = new Date(time.dateTime)
    const seconds = (at - Date.now()) / 1000
    const [unit, size] = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]].find(u => Math.abs(seconds) >= u[1]) ?? ['second', 1]
    time.textContent = relative.format(Math.round(seconds / size), unit)
    time.title = exact.format(at)
  }
  for (const input of $$('input[name=author]', root)) if (!input.value) input.value = memory.get('square:name') ?? ''
  for (const button of $$('[data-like]', root)) if (memory.get('square:like:' + button.dataset.like)) button.setAttribute('aria-pressed', 'true')
  for (const item of [root, ...$$('li[data-comment]', root)]) {
    const acts = item.dataset?.comment && $(':scope > .comment > .acts', item)
    if (acts && tokenOf(item.dataset.comment) && !$('[data-do]', acts)) $('.reply', acts).before($('#mine').content.cloneNode(true))
  }
}

// renew brings the page in line with what the server shows now. Pieces that stay
// are left alone, so that nothing jumps and nothing typed is lost.
async function renew () {
  const answer = await fetch(location.href, { headers: { Accept: 'text/html' } })
  if (!answer.ok) return
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
  let last
  for (const post of $$('.post', fresh)) {
    const here = document.getElementById(post.id)
    if (!here) {
      if (last) last.after(post)
      else $('#posts').prepend(post)
      $('#posts > .empty')?.remove()
      dress(post)
      last = post
      continue
    }
    last = here
    for (const part of [':scope > .acts .n', ':scope > .acts .count']) $(part, here).textContent = $(part, post).textContent
    merge($('.threads', here), $('.threads', post))
  }
}

// merge makes a list of the page what it is now. What only fell out of a page of
// the server, behind its oldest thread or reply, stays where it is being read.
function merge (old, now) {
  const names = new Set($$(':scope > li[id]', now).map(li => li.id))
  const kept = $$(':scope > li[id]', old).filter(li => names.has(li.id))
  const replies = old.classList.contains('replies')
  const cut = replies ? $(':scope > .more', now) : $(':scope > .more', now.closest('.post'))
  for (const li of $$(':scope > li', old)) {
    const older = cut && li.id && kept.length && (replies ? precedes(li, kept[0]) : precedes(kept.at(-1), li))
    if (!names.has(li.id) && !older && !typing(li)) li.remove()
  }
  let before = replies ? $$(':scope > li', old).findLast(li => kept.length && precedes(li, kept[0])) : null
  for (const li of $$(':scope > li', now)) {
    const here = li.id && document.getElementById(li.id)
    if (here) {
      update(here, li)
    } else if (before) {
      before.after(li)
    } else {
      old.prepend(li)
    }
    if (!here && li.id) {
      li.classList.add('fresh')
      dress(li)
    }
    before = here || li
  }
}
const typing = li => $$('textarea', li).some(area => area === document.activeElement && area.value)
const precedes = (a, b) => Boolean(a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING)

// update changes the parts of a comment that changed, and leaves the form below it alone.
function update (here, now) {
  const a = $(':scope > .comment', here)
  const b = $(':scope > .comment', now)
  if (a.className !== b.className) {
    a.replaceWith(b)
    dress(here)
  } else {
    for (const part of ['.text', '.who', '.by .to', '.like .n']) {
      const [old, fresh] = [$(part, a), $(part, b)]
      if (old && fresh && old.textContent !== fresh.textContent) old.textContent = fresh.textContent
    }
    if ($('.by .edited', b) && !$('.by .edited', a)) $('.by', a).append(' ', $('.by .edited', b))
  }
  const replies = $(':scope > .replies', here)
  if (replies) merge(replies, $(':scope > .replies', now))
}

let due
const soon = () => { due ??= setTimeout(() => { due = undefined; renew().catch(() => {}) }, 400) }

document.addEventListener('submit', async event => {
  const form = event.target
  const like = $('[data-like]', form)
  if (like) {
    event.preventDefault()
    const [kind, id] = like.dataset.like.split(/\/(.*)/)
    try {
      $('.n', like).textContent = (await send('POST', `/api/${kind}s/${encodeURIComponent(id)}/like`)).likes || ''
      memory.set('square:like:' + like.dataset.like, '1')
      like.setAttribute('aria-pressed', 'true')
    } catch (error) { say(error.told ? error.message : words.lost) }
    return
  }
  if (!form.dataset.say && !form.classList.contains('editor')) return
  event.preventDefault()
  const button = $('button[type=submit]', form)
  button.disabled = true
  try {
    await (form.dataset.say ? publish(form) : save(form))
    fault(form)
  } catch (error) { fault(form, error) }
  button.disabled = false
})

async function publish (form) {
  const fields = Object.fromEntries(new FormData(form))
  const said = await send('POST', `/api/posts/${encodeURIComponent(form.dataset.say)}/comments`, fields)
  memory.set('square:token:' + said.id, said.token)
  memory.set('square:name', fields.author)
  form.elements.text.value = ''
  count(form.elements.text)
  form.closest('details')?.removeAttribute('open')
  say(words.sent)
  await renew()
}

async function save (form) {
  const item = form.closest('li')
  const id = item.dataset.comment
  await send('PATCH', '/api/comments/' + encodeURIComponent(id), { text: form.elements.text.value, token: tokenOf(id) })
  closeEditor(item)
  await renew()
}

function closeEditor (item) {
  $('.editor', item)?.remove()
  $(':scope > .comment > .text', item).hidden = false
  $('[data-do=edit]', item)?.focus()
}

document.addEventListener('click', async event => {
  const what = event.target.dataset?.do
  if (!what) return
  const item = event.target.closest('li')
  const id = item.dataset.comment
  if (what === 'cancel') closeEditor(item)
  if (what === 'edit' && !$(':scope > .comment .editor', item)) {
    const text = $(':scope > .comment > .text', item)
    text.after($('#editor').content.cloneNode(true))
    text.hidden = true
    const area = $('.editor textarea', item)
    area.value = text.textContent
    area.focus()
  }
  if (what === 'delete' && confirm(words.sure)) {
    try {
      await send('DELETE', '/api/comments/' + encodeURIComponent(id), { token: tokenOf(id) })
      memory.drop('square:token:' + id)
      await renew()
    } catch (error) { say(error.told ? error.message : words.lost) }
  }
})

// A form that somebody began stays open, so that nothing moves under the pointer.
document.addEventListener('focusin', event => event.target.closest('.post > .write')?.classList.add('begun'))

// count says how many characters are left, once there are few.
function count (area) {
  const left = most - [...area.value].length
  const place = $('.left', area.form)
  if (!place) return
  place.textContent = left < 200 ? `${left} ${words.left}` : ''
  place.classList.toggle('over', left < 0)
}
document.addEventListener('input', event => { if (event.target.name === 'text') count(event.target) })

// The stream says that something changed; the page then asks what. After a gap
// it asks anyway.
let poll
function listen () {
  const stream = new EventSource('/live')
  stream.addEventListener('open', () => { clearInterval(poll); poll = undefined; soon() })
  stream.addEventListener('message', event => { if (document.getElementById('p-' + decodeURIComponent(event.data)) || location.pathname === '/') soon() })
  stream.addEventListener('error', () => {
    poll ??= setInterval(soon, 15000)
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 30000)
  })
}

dress(document)
setInterval(() => dress(document), 60000)
listen()
