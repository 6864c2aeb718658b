// The person's side of the page: in and out, a second factor, orders, wishes, and what happens to his data.
import { $, answered, api, attempt, button, hear, make, money, onClick, onSubmit, post, state, tell } from './api.js';

let challenge = null;

async function signIn(form) {
  const [first, ...rest] = (form.name || 'Ada Rivers').split(' ');
  if (!$('name-row').hidden) {
    await post('/auth/register', { email: form.email, password: form.password, first_name: first, last_name: rest.join(' ') || first });
  }
  entered(await post('/auth/login', { email: form.email, password: form.password }));
}

// A sign-in ends with tokens, or half way: then a code of the second factor brings them.
function entered(answer) {
  challenge = answer.challenge ?? null;
  $('second-factor').hidden = !challenge;
  $('sign-in').hidden = true;
  if (challenge) return;
  state.person = answer;
  $('who').textContent = `${answer.user.name}, ${answer.user.email}`;
  tell('person');
}

function leave() {
  state.person = null;
  tell('person');
}

hear('person', async () => {
  $('signed-in').hidden = !state.person;
  $('sign-in').hidden = Boolean(state.person);
  for (const id of ['enable', 'recovery', 'claim-code']) $(id).hidden = true;
  for (const id of ['orders', 'wishes']) $(id).replaceChildren();
  if (state.person) await Promise.all([myOrders(), myWishes()]);
  else marked(new Set());
});

onSubmit('sign-in', signIn);
onSubmit('second-factor', async (form) => entered(await post('/auth/2fa/challenge', { challenge, code: form.code })));
$('to-sign-up').addEventListener('click', () => {
  $('name-row').hidden = !$('name-row').hidden;
  $('enter').textContent = $('name-row').hidden ? 'Sign in' : 'Sign up';
  $('to-sign-up').textContent = $('name-row').hidden ? 'New here? Sign up' : 'I have an account';
});
onClick('sign-out', async () => {
  await post('/auth/logout', { refresh_token: state.person.refresh_token });
  leave();
});
onClick('forgot', async () => {
  const email = $('sign-in').elements.email;
  if (!email.reportValidity()) return;
  await post('/auth/forgot-password', { email: email.value });
  $('notice').textContent = 'If this address has an account, a mail is on its way to it.';
});

// By another house: only who holds the secret that was made here can use the code that comes back (PKCE).
const base64url = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
  .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

async function otherHouses() {
  const houses = await api('/auth/oauth');
  $('houses').replaceChildren(...houses.map((house) => {
    const name = house.provider[0].toUpperCase() + house.provider.slice(1);
    const go = button(`Sign in with ${name}`, null, () => leaveFor(house.provider));
    go.type = 'button';
    go.dataset.house = house.provider;
    return go;
  }));
}

async function leaveFor(provider) {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  const challenge = base64url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier)));
  sessionStorage.setItem('verifier', verifier);
  location.assign(`/api/v1/auth/oauth/${provider}?` + new URLSearchParams({ return_to: '/', code_challenge: challenge,
    code_challenge_method: 'S256' }));
}

async function back(code) {
  const verifier = sessionStorage.getItem('verifier') ?? '';
  sessionStorage.removeItem('verifier');
  entered(await post('/auth/oauth/exchange', { code, code_verifier: verifier }));
}

// A second factor.
onSubmit('protect', async (form) => {
  const setup = await post('/auth/2fa/setup', { password: form.password });
  $('qr').src = `data:image/png;base64,${setup.qr_png}`;
  $('secret').textContent = setup.secret;
  $('enable').hidden = false;
});
onSubmit('enable', async (form) => {
  const answer = await post('/auth/2fa/enable', { code: form.code });
  $('enable').hidden = true;
  $('recovery').hidden = false;
  $('recovery').textContent = `Keep these; each opens the door once:\n${answer.recovery_codes.join('\n')}`;
});

// Orders, and those that he placed here before he signed in: proven by his phone, or by his mail.
async function myOrders() {
  const orders = await api('/orders');
  $('orders').replaceChildren(...orders.map((order) => {
    const item = make('li');
    item.append(button(`${order.order_number}: ${order.status}, ${money(order.total)}`, null, () => tell('look', order)));
    return item;
  }));
}

async function claimed(body) {
  const { orders } = await api('/orders/claim', { method: 'POST', body: body && JSON.stringify(body) });
  $('notice').textContent = `${orders.length} of your earlier orders are here now.`;
  await myOrders();
}

hear('ordered', async () => {
  if (state.person) await myOrders();
});
onClick('claim-by-mail', () => claimed());
onClick('claim-ask', async () => {
  await post('/orders/search/code', { phone: $('claim').elements.phone.value });
  $('claim-code').hidden = false;
});
onSubmit('claim', async (form) => {
  await claimed({ phone: form.phone, code: form.code });
  $('claim-code').hidden = true;
});

// Wishes: a heart on every card, and the list of them.
let wished = new Set();

async function myWishes() {
  const { items } = await api('/wishlist');
  $('wishes').replaceChildren(...items.map((wish) => {
    const item = make('li', wish.product?.name ?? 'No longer on sale');
    item.append(button('Remove', null, () => toggle(wish.product_id)));
    return item;
  }));
  marked(new Set(items.map((wish) => wish.product_id)));
}

function marked(wishes) {
  wished = wishes;
  for (const item of $('goods').children) {
    const id = item.dataset.product;
    item.querySelector('.wish')?.remove();
    if (!state.person) continue;
    const heart = button(wished.has(id) ? '♥' : '♡', 'wish', () => toggle(id));
    heart.setAttribute('aria-label', `Wish for ${item.querySelector('.name').textContent}`);
    heart.setAttribute('aria-pressed', wished.has(id));
    item.querySelector('.row').append(heart);
  }
}

async function toggle(product) {
  await post('/wishlist/toggle', { product_id: product });
  await myWishes();
}

hear('goods', () => marked(wished));

// His data: all of it to take along, or none of it any more.
onClick('export', async () => {
  const link = make('a');
  link.href = URL.createObjectURL(await (await answered('/user/export')).blob());
  link.download = 'millrace-export.zip';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
});
onSubmit('erase', async (form) => {
  await api('/user', { method: 'DELETE', body: form.password ? JSON.stringify({ password: form.password }) : undefined });
  leave();
  $('notice').textContent = 'Your account and your data are gone.';
});

// Mails and other houses lead back here; what they bring is good once, and does not stay in the address bar.
async function fromElsewhere() {
  const query = new URLSearchParams(location.search);
  const page = location.pathname;
  const token = query.get('token');
  if (query.size > 0) history.replaceState(null, '', '/');
  if (page === '/' && query.get('code')) {
    await back(query.get('code'));
  } else if (page === '/' && query.get('error')) {
    throw new Error(`The other house did not let you in (${query.get('error')}).`);
  } else if (token && page === '/verify-email') {
    await post('/auth/verify-email', { token });
    $('notice').textContent = 'Your address is confirmed.';
  } else if (token && page === '/reset-password') {
    $('reset').hidden = false;
    onSubmit('reset', async (form) => {
      await post('/auth/reset-password', { token, password: form.password });
      $('reset').hidden = true;
      $('notice').textContent = 'Your new password is set. Sign in with it.';
    });
  }
}

attempt(otherHouses);
attempt(fromElsewhere);
