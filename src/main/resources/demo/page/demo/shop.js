// The smallest storefront: browse, sign up or in, fill a cart, order, pay in the sandbox, watch the order live.
const $ = (id) => document.getElementById(id);
const state = { channel: 'pecos', cartToken: null, order: null, stream: null, person: null, challenge: null };

// The access token lives for an hour; the refresh token, good once, brings the next.
async function api(path, options = {}) {
  const response = await call(path, options);
  const again = response.status === 401 && state.person && !path.startsWith('/auth/') && await refreshed()
    ? await call(path, options) : response;
  const body = again.status === 204 ? {} : await again.json();
  if (!again.ok) throw new Error(explain(body));
  return body.data;
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
  if (!response.ok) {
    leave();
    return false;
  }
  state.person = (await response.json()).data;
  return true;
}

function explain(problem) {
  const fields = Object.entries(problem.errors ?? {}).map(([field, why]) => `${field} ${why.join(', ')}`);
  return [problem.message, ...fields].join('; ');
}

function money(m) {
  return m ? `${m.amount} ${m.currency}` : '';
}

function make(tag, text, className) {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  if (className) element.className = className;
  return element;
}

async function browse() {
  const query = $('search').value.trim();
  const data = query ? await api('/products/search?q=' + encodeURIComponent(query)) : await api('/products?per_page=60');
  const items = Array.isArray(data) ? data : data.items ?? data.products;
  $('goods').replaceChildren(...items.map(card));
}

function card(product) {
  const item = make('li');
  if (product.image_url) {
    const image = make('img');
    image.src = product.image_url;
    image.alt = '';
    item.append(image);
  }
  const row = make('div', null, 'row');
  const add = make('button', 'Add');
  add.disabled = !product.in_stock;
  add.setAttribute('aria-label', `Add ${product.name}`);
  add.addEventListener('click', () => attempt(() => addToCart(product.default_variant_id)));
  row.append(make('span', money(product.price)), add);
  item.append(make('span', product.name, 'name'), make('small', product.short_description), row);
  return item;
}

async function addToCart(variant) {
  showCart(await api('/cart/items', { method: 'POST', body: JSON.stringify({ variant_id: variant, quantity: 1 }) }));
}

function showCart(cart) {
  const rows = cart.items.map((line) => {
    const row = make('tr');
    row.append(make('td', `${line.quantity} × ${line.name}`), make('td', money(line.line_total)));
    return row;
  });
  const total = make('tr');
  total.append(make('td', 'Total'), make('td', money(cart.total)));
  $('cart').tBodies[0].replaceChildren(...rows);
  $('cart').tFoot.replaceChildren(total);
  $('buy').disabled = cart.items.length === 0;
}

async function choices() {
  const [shipping, payment] = await Promise.all([api('/checkout/shipping-methods'), api('/checkout/payment-methods')]);
  fill('shipping_method', shipping, (method) => `${method.name} ${money(method.price)}`);
  fill('payment_method', payment, (method) => method.name ?? method.code);
}

function fill(name, methods, label) {
  const select = $('checkout').elements[name];
  select.replaceChildren(...methods.map((method) => new Option(label(method), method.code ?? method)));
}

async function placeOrder() {
  const form = Object.fromEntries(new FormData($('checkout')));
  const country = { pecos: 'US', ebuildify: 'GH', bizmarket: 'US', sweets: 'IN', proxies: 'US' }[state.channel];
  const order = await api('/orders', {
    method: 'POST',
    headers: { 'Idempotency-Key': crypto.randomUUID() },
    body: JSON.stringify({
      contact: { name: form.name, email: form.email, phone: form.phone },
      shipping_address: { name: form.name, line1: form.line1, city: form.city, country },
      shipping_method: form.shipping_method || undefined,
      payment_method: form.payment_method,
    }),
  });
  state.order = order;
  state.cartToken = null;
  $('order').hidden = false;
  $('events').replaceChildren();
  showOrder(order.order_number, order.status, order.total);
  $('pay').hidden = !order.payment.client_secret;
  showCart({ items: [], total: null });
  if (state.person) attempt(myOrders);
  await watch();
}

function showOrder(number, status, total) {
  $('order-state').textContent = `${number}: ${status}${total ? ', ' + money(total) : ''}`;
}

// EventSource sends no headers, so a one-time ticket opens the stream; it comes back by itself after a break.
async function watch() {
  state.stream?.close();
  const path = `/orders/${state.order.id}`;
  const ticket = await api(`${path}/stream-tickets`, { method: 'POST', headers: proof() });
  state.stream = new EventSource(`/api/v1${path}/events?ticket=${encodeURIComponent(ticket.ticket)}`);
  for (const name of ['placed', 'paid', 'payment_failed', 'confirmed', 'packed', 'shipped', 'delivered', 'completed',
    'cancelled', 'refunded']) {
    state.stream.addEventListener(`order.${name}`, (event) => heard(`order.${name}`, JSON.parse(event.data)));
  }
}

// A guest proves an order by its token, a person by being signed in.
function proof() {
  return state.order.order_token ? { 'X-Order-Token': state.order.order_token } : {};
}

async function refresh() {
  const order = await api(`/orders/${state.order.id}`, { headers: proof() });
  showOrder(order.order_number, order.status, order.total);
}

function heard(name, data) {
  const item = make('li', name);
  if (data.at) item.append(make('time', new Date(data.at).toLocaleTimeString()));
  $('events').append(item);
  attempt(refresh);
  if (name === 'order.paid' || name === 'order.cancelled') $('pay').hidden = true;
}

// What Stripe.js does in a real shop: the card never passes through ours.
async function pay(card) {
  const { client_secret: secret, provider_reference: intent } = state.order.payment;
  const body = new URLSearchParams({ key: 'pk_test_sandbox', client_secret: secret, payment_method: card });
  const url = `/sandbox/stripe/v1/payment_intents/${intent ?? secret.split('_secret_')[0]}/confirm`;
  const response = await fetch(url, { method: 'POST', body });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error.message);
}

const post = (path, body) => api(path, { method: 'POST', body: JSON.stringify(body) });

async function signIn(form) {
  const [first, ...rest] = (form.name || 'Ada Rivers').split(' ');
  if (!$('name-row').hidden) {
    await post('/auth/register', { email: form.email, password: form.password, first_name: first, last_name: rest.join(' ') || first });
  }
  entered(await post('/auth/login', { email: form.email, password: form.password }));
}

// A sign-in ends with tokens, or half way: then a code of the second factor brings them.
function entered(answer) {
  state.challenge = answer.challenge ?? null;
  $('second-factor').hidden = !state.challenge;
  $('sign-in').hidden = true;
  if (state.challenge) return;
  state.person = answer;
  state.cartToken = null;
  $('who').textContent = `${answer.user.name}, ${answer.user.email}`;
  $('signed-in').hidden = false;
  attempt(async () => showCart(await api('/cart')));
  attempt(myOrders);
}

function leave() {
  state.person = null;
  $('signed-in').hidden = true;
  $('enable').hidden = true;
  $('recovery').hidden = true;
  $('sign-in').hidden = false;
  $('orders').replaceChildren();
  showCart({ items: [], total: null });
}

async function myOrders() {
  const orders = await api('/orders');
  $('orders').replaceChildren(...orders.map((order) => {
    const item = make('li');
    const open = make('button', `${order.order_number}: ${order.status}, ${money(order.total)}`);
    open.addEventListener('click', () => attempt(() => look(order)));
    item.append(open);
    return item;
  }));
}

async function look(order) {
  state.order = order;
  $('order').hidden = false;
  $('pay').hidden = true;
  $('events').replaceChildren();
  showOrder(order.order_number, order.status, order.total);
  await watch();
}

async function protect(password) {
  const setup = await post('/auth/2fa/setup', { password });
  $('qr').src = `data:image/png;base64,${setup.qr_png}`;
  $('secret').textContent = setup.secret;
  $('enable').hidden = false;
}

async function enable(code) {
  const answer = await post('/auth/2fa/enable', { code });
  $('enable').hidden = true;
  $('recovery').hidden = false;
  $('recovery').textContent = `Keep these; each opens the door once:\n${answer.recovery_codes.join('\n')}`;
}

async function attempt(work) {
  $('problem').textContent = '';
  try {
    await work();
  } catch (error) {
    $('problem').textContent = error.message;
  }
}

async function enter(channel) {
  state.channel = channel;
  state.cartToken = null;
  showCart({ items: [], total: null });
  await Promise.all([browse(), choices()]);
}

$('channel').addEventListener('change', (event) => attempt(() => enter(event.target.value)));
$('search').addEventListener('input', () => {
  clearTimeout(state.typing);
  state.typing = setTimeout(() => attempt(browse), 250);
});
$('checkout').addEventListener('submit', (event) => {
  event.preventDefault();
  attempt(placeOrder);
});
$('pay').addEventListener('click', (event) => {
  if (event.target.dataset.card) attempt(() => pay(event.target.dataset.card));
});
function onSubmit(form, work) {
  $(form).addEventListener('submit', (event) => {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData($(form)));
    attempt(async () => {
      await work(fields);
      $(form).reset();
    });
  });
}

onSubmit('sign-in', signIn);
onSubmit('second-factor', async (form) => entered(await post('/auth/2fa/challenge', { challenge: state.challenge, code: form.code })));
onSubmit('enable', (form) => enable(form.code));
onSubmit('protect', (form) => protect(form.password));
$('to-sign-up').addEventListener('click', () => {
  $('name-row').hidden = !$('name-row').hidden;
  $('enter').textContent = $('name-row').hidden ? 'Sign in' : 'Sign up';
  $('to-sign-up').textContent = $('name-row').hidden ? 'New here? Sign up' : 'I have an account';
});
$('sign-out').addEventListener('click', () => attempt(async () => {
  await post('/auth/logout', { refresh_token: state.person.refresh_token });
  leave();
}));
$('forgot').addEventListener('click', () => attempt(async () => {
  const email = $('sign-in').elements.email;
  if (!email.reportValidity()) return;
  await post('/auth/forgot-password', { email: email.value });
  $('notice').textContent = 'If this address has an account, a mail is on its way to it.';
}));

// The links of our mails lead here; their token is good once, and does not stay in the address bar.
async function fromMail() {
  const token = new URLSearchParams(location.search).get('token');
  const page = location.pathname;
  if (!token) return;
  history.replaceState(null, '', '/');
  if (page === '/verify-email') {
    await post('/auth/verify-email', { token });
    $('notice').textContent = 'Your address is confirmed.';
  } else if (page === '/reset-password') {
    $('reset').hidden = false;
    onSubmit('reset', async (form) => {
      await post('/auth/reset-password', { token, password: form.password });
      $('reset').hidden = true;
      $('notice').textContent = 'Your new password is set. Sign in with it.';
    });
  }
}

attempt(() => enter(state.channel));
attempt(fromMail);
