// What both halves of the page share: who is here, calls to the API, and words for what goes wrong.
export const $ = (id) => document.getElementById(id);
export const state = { channel: 'pecos', cartToken: null, order: null, person: null };

// The access token lives for an hour; the refresh token, good once, brings the next.
export async function api(path, options = {}) {
  const response = await answered(path, options);
  return response.status === 204 ? null : (await response.json()).data;
}

export async function answered(path, options = {}) {
  const response = await call(path, options);
  const again = response.status === 401 && state.person && !path.startsWith('/auth/') && await refreshed()
    ? await call(path, options) : response;
  if (!again.ok) throw new Error(explain(await again.json()));
  return again;
}

async function call(path, options) {
  const headers = { 'X-Channel': state.channel, ...options.headers };
  if (state.person) headers.Authorization = `Bearer ${state.person.access_token}`;
  if (options.body) headers['Content-Type'] = 'application/json';
  if (state.cartToken) headers['X-Cart-Token'] = state.cartToken;
  const response = await fetch('/api/v1' + path, { ...options, headers });
  const token = response.headers.get('X-Cart-Token');
  if (token) state.cartToken = token;
  return response;
}

async function refreshed() {
  const body = JSON.stringify({ refresh_token: state.person.refresh_token });
  const response = await fetch('/api/v1/auth/refresh', { method: 'POST', body, headers: { 'Content-Type': 'application/json' } });
  state.person = response.ok ? (await response.json()).data : null;
  if (!state.person) tell('person');
  return response.ok;
}

export const post = (path, body) => api(path, { method: 'POST', body: JSON.stringify(body) });

function explain(problem) {
  const fields = Object.entries(problem.errors ?? {}).map(([field, why]) => `${field} ${why.join(', ')}`);
  return [problem.message, ...fields].join('; ');
}

export async function attempt(work) {
  $('problem').textContent = '';
  try {
    await work();
  } catch (error) {
    $('problem').textContent = error.message;
  }
}

export function onClick(id, work) {
  $(id).addEventListener('click', (event) => attempt(() => work(event)));
}

export function onSubmit(form, work) {
  $(form).addEventListener('submit', (event) => {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData($(form)));
    attempt(async () => {
      await work(fields);
      $(form).reset();
    });
  });
}

// The halves tell each other what happened: `person` (somebody came or left), `goods`, `ordered`, `look`.
export const tell = (what, detail) => document.dispatchEvent(new CustomEvent(what, { detail }));
export const hear = (what, work) => document.addEventListener(what, (event) => attempt(() => work(event.detail)));

export function make(tag, text, className) {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  if (className) element.className = className;
  return element;
}

export function button(text, className, work) {
  const element = make('button', text, className);
  element.addEventListener('click', () => attempt(work));
  return element;
}

export const money = (m) => m ? `${m.amount} ${m.currency}` : '';
