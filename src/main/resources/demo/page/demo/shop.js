// The smallest storefront: browse, fill a cart, order, pay in the sandbox, watch the order live.
import { $, api, attempt, button, hear, make, money, onClick, post, state, tell } from './api.js';

const TYPING_PAUSE_MS = 300;
const ANSWERS_KEPT_MS = 60_000;
const answers = new Map();
let typing = null;
let question = null;
let stream = null;

// Asks nothing twice within a minute, and shows only the answer to the last question.
async function browse() {
  const query = $('search').value.trim().replace(/\s+/g, ' ');
  const path = query ? '/products/search?q=' + encodeURIComponent(query) : '/products?per_page=60';
  const asked = question = `${state.channel} ${path}`;
  if (!answers.has(asked)) {
    answers.set(asked, api(path));
    answers.get(asked).catch(() => answers.delete(asked));
    setTimeout(() => answers.delete(asked), ANSWERS_KEPT_MS);
  }
  const data = await answers.get(asked);
  if (asked !== question) return;
  const items = Array.isArray(data) ? data : data.items ?? data.products;
  $('goods').replaceChildren(...items.map(card));
  tell('goods');
}

function card(product) {
  const item = make('li');
  item.dataset.product = product.id;
  if (product.image_url) {
    const image = make('img');
    image.src = product.image_url;
    image.alt = '';
    item.append(image);
  }
  const add = button('Add', 'add', () => addToCart(product.default_variant_id));
  add.disabled = !product.in_stock;
  add.setAttribute('aria-label', `Add ${product.name}`);
  const row = make('div', null, 'row');
  row.append(make('span', money(product.price)), add);
  item.append(make('span', product.name, 'name'), make('small', product.short_description), row);
  return item;
}

async function addToCart(variant) {
  showCart(await post('/cart/items', { variant_id: variant, quantity: 1 }));
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
  state.cartToken = null;
  answers.clear();
  showCart({ items: [], total: null });
  tell('ordered');
  await look(order);
  $('pay').hidden = !order.payment.client_secret;
}

async function look(order) {
  state.order = order;
  $('order').hidden = false;
  $('pay').hidden = true;
  $('events').replaceChildren();
  showOrder(order.order_number, order.status, order.total);
  await watch();
}

function showOrder(number, status, total) {
  $('order-state').textContent = `${number}: ${status}${total ? ', ' + money(total) : ''}`;
}

// EventSource sends no headers, so a one-time ticket opens the stream; it comes back by itself after a break.
async function watch() {
  stream?.close();
  const path = `/orders/${state.order.id}`;
  const ticket = await api(`${path}/stream-tickets`, { method: 'POST', headers: proof() });
  stream = new EventSource(`/api/v1${path}/events?ticket=${encodeURIComponent(ticket.ticket)}`);
  for (const name of ['placed', 'paid', 'payment_failed', 'confirmed', 'packed', 'shipped', 'delivered', 'completed',
    'cancelled', 'refunded']) {
    stream.addEventListener(`order.${name}`, (event) => heard(`order.${name}`, JSON.parse(event.data)));
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

async function enter(channel) {
  state.channel = channel;
  state.cartToken = null;
  showCart({ items: [], total: null });
  await Promise.all([browse(), choices()]);
}

$('channel').addEventListener('change', (event) => attempt(() => enter(event.target.value)));
$('search').addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(() => attempt(browse), TYPING_PAUSE_MS);
});
$('checkout').addEventListener('submit', (event) => {
  event.preventDefault();
  attempt(placeOrder);
});
onClick('pay', async (event) => {
  if (event.target.dataset.card) await pay(event.target.dataset.card);
});
hear('look', look);
hear('person', async () => {
  state.cartToken = null;
  showCart(state.person ? await api('/cart') : { items: [], total: null });
});

attempt(() => enter(state.channel));
