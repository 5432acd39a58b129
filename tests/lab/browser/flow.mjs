// A person in Chromium at a running server with the development sign-in: flow.mjs URL SCREENSHOTS
//
// The server is examples/quickstart: notes:read for list_notes, notes:write for add_note, neither of them required.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client, stranger } from './client.mjs';
import { accessible, check, conclude, equal, launch, person } from './chromium.mjs';

const [resource, screenshots] = process.argv.slice(2);
mkdirSync(screenshots, { recursive: true });

const BOTH = 'notes:read notes:write';
const app = await stranger({ '/frame': () => `<iframe src="${framed}" title="framed"></iframe>` });
const client = await Client.register(resource, 'Browser suite', `${app.origin}/callback`);
const framed = client.ask(BOTH).url;

const allow = (page) => page.locator('button[value=allow]');
const scope = (page, name) => page.locator(`input[type=checkbox][value="${name}"]`);
const back = (page) => page.waitForURL(`${app.origin}/callback?**`);
const text = (page) => page.locator('main').innerText();

/** Signs in on the page of the development sign-in. */
async function pick(page, name) {
  await page.waitForURL('**/pick-name?**');
  await page.fill('#name', name);
  await page.keyboard.press('Enter');
}

/** Opens a request, allows what is ticked, and signs in. */
async function signIn(page, name, asked = client.ask(BOTH)) {
  await page.goto(asked.url);
  await allow(page).click();
  await pick(page, name);
  await back(page);
  return asked;
}

// axe-core is a script: where none runs, pages are only walked.
let scripts = true;

async function look(page, name) {
  if (!scripts) return;
  await accessible(page, name);
  await page.screenshot({ path: join(screenshots, `flow-${name}.png`), fullPage: true });
}

const scenarios = {
  async allow(page) {
    const asked = client.ask(BOTH);
    await page.goto(asked.url);
    check(/^Browser suite wants to use /.test(await page.title()), 'the title says who wants what');
    check((await text(page)).includes('unverified'), 'the client is called unverified');
    check((await text(page)).includes('any program on this computer can receive it'), 'loopback is warned of');
    await look(page, 'consent');
    await allow(page).click();
    await page.waitForURL('**/pick-name?**');
    await look(page, 'pick-name');
    await page.fill('#name', 'not a name!');
    await page.keyboard.press('Enter');
    await page.locator('#problem').waitFor();
    await look(page, 'pick-name-problem');
    await page.fill('#name', 'alice');
    await page.keyboard.press('Enter');
    await back(page);
    const tokens = await client.redeem(asked, page.url());
    equal([tokens.scope.split(' ').sort().join(' '), tokens.claims.sub], [BOTH, 'development:alice'], 'what was allowed');
    equal((await client.call(tokens.access_token, 'add_note', { text: 'milk' })).status, 200, 'add_note');
  },

  async deny(page) {
    const asked = client.ask(BOTH);
    await page.goto(asked.url);
    await page.locator('button[value=deny]').click();
    await back(page);
    const answer = client.answer(asked, page.url());
    equal([answer.get('error'), answer.get('code')], ['access_denied', null], 'a refusal is told to the client');
  },

  // An unticked scope is absent from the token, its tool asks for it, and the step-up says what is new.
  async untick(page) {
    const asked = client.ask(BOTH);
    await page.goto(asked.url);
    await scope(page, 'notes:write').uncheck();
    await allow(page).click();
    await pick(page, 'alice');
    await back(page);
    const tokens = await client.redeem(asked, page.url());
    equal([tokens.scope, tokens.claims.scope], ['notes:read', 'notes:read'], 'an unticked scope is not granted');
    equal((await client.call(tokens.access_token, 'list_notes', {})).status, 200, 'list_notes');
    const refused = await client.call(tokens.access_token, 'add_note', { text: 'milk' });
    const challenge = refused.headers.get('www-authenticate') ?? '';
    equal(refused.status, 403, 'add_note');
    check(/error="insufficient_scope"/.test(challenge) && /scope="[^"]*notes:write/.test(challenge), `a challenge: ${challenge}`);

    const more = client.ask(BOTH);
    await page.goto(more.url);
    check((await text(page)).includes('marked as new'), 'a step-up says so');
    equal(await page.locator('.new').count(), 1, 'one scope is new');
    await look(page, 'step-up');
    await allow(page).click();
    await back(page);
    equal((await client.redeem(more, page.url())).scope.split(' ').length, 2, 'signed in already, one click is enough');
  },

  async unticking_everything_is_no(page) {
    const asked = client.ask(BOTH);
    await page.goto(asked.url);
    for (const name of BOTH.split(' ')) await scope(page, name).uncheck();
    await allow(page).click();
    await back(page);
    equal(client.answer(asked, page.url()).get('error'), 'access_denied', 'nothing is left to allow');
  },

  async two_tabs(page, context) {
    const other = await context.newPage();
    const [first, second] = [client.ask(BOTH), client.ask('notes:read')];
    await page.goto(first.url);
    await other.goto(second.url);
    await allow(other).click();
    await allow(page).click();
    await pick(other, 'alice');
    await back(other);
    await pick(page, 'bob');
    await back(page);
    equal((await client.redeem(second, other.url())).claims.sub, 'development:alice', 'one tab');
    equal((await client.redeem(first, page.url())).claims.sub, 'development:bob', 'the other tab');
  },

  async back_button(page) {
    const asked = await signIn(page, 'alice');
    await client.redeem(asked, page.url());
    await page.goBack();
    check((await text(page)).includes('This sign-in is over'), `back to the sign-in: ${page.url()}`);
    await look(page, 'over');
    await page.goBack();
    check((await page.title()).includes('wants to use'), 'back to the consent page');
    await allow(page).click();
    await back(page);
    await client.redeem(asked, page.url());
  },

  async reload(page) {
    const asked = client.ask(BOTH);
    await page.goto(asked.url);
    await page.reload();
    await allow(page).click();
    await page.waitForURL('**/pick-name?**');
    await page.reload();
    await pick(page, 'alice');
    await back(page);
    await client.redeem(asked, page.url());
  },

  async keyboard_only(page) {
    const asked = client.ask(BOTH);
    await page.goto(asked.url);
    const tabTo = async (selector) => {
      for (let presses = 0; presses < 20; presses += 1) {
        if (await page.evaluate((one) => document.activeElement.matches(one), selector)) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`Tab does not reach ${selector}`);
    };
    await tabTo('input[value="notes:write"]');
    await page.keyboard.press('Space');
    await tabTo('button[value=allow]');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/pick-name?**');
    await page.keyboard.type('alice');
    await page.keyboard.press('Enter');
    await back(page);
    equal((await client.redeem(asked, page.url())).scope, 'notes:read', 'unticked by the keyboard');
  },

  // Enter within a checkbox presses the first button, as in every form: it must not be the one that allows.
  async enter_in_a_checkbox_allows_nothing(page) {
    const asked = client.ask(BOTH);
    await page.goto(asked.url);
    await scope(page, 'notes:read').focus();
    await page.keyboard.press('Enter');
    await back(page);
    equal(client.answer(asked, page.url()).get('error'), 'access_denied', 'Enter within a checkbox');
  },

  async another_account(page) {
    await signIn(page, 'alice');
    const asked = client.ask(BOTH);
    await page.goto(asked.url);
    check((await text(page)).includes('alice'), 'the page names who is signed in');
    await look(page, 'signed-in');
    await page.locator('button[value=switch]').click();
    check((await text(page)).includes('no longer signed in'), 'the page says that nobody is');
    await look(page, 'signed-out');
    await allow(page).click();
    await page.waitForURL('**/pick-name?**');
    await page.locator('button', { hasText: 'bob' }).click();
    await back(page);
    equal((await client.redeem(asked, page.url())).claims.sub, 'development:bob', 'somebody else');
  },

  async cookies_are_gone(page, context) {
    const asked = client.ask(BOTH);
    await page.goto(asked.url);
    await context.clearCookies();
    await allow(page).click();
    check((await text(page)).includes('has been renewed'), 'a form without its cookie is shown again');
    await look(page, 'renewed');
    await allow(page).click();
    await pick(page, 'alice');
    await back(page);
    await client.redeem(asked, page.url());
  },

  async another_browser(page, _context, browser) {
    await page.goto(client.ask(BOTH).url);
    await allow(page).click();
    await page.waitForURL('**/pick-name?**');
    const victim = await (await person(browser)).newPage();
    equal((await victim.goto(page.url())).status(), 403, 'a sign-in of another browser');
    await look(victim, 'other-browser');
    await victim.context().close();
  },

  async unknown_client(page) {
    const url = new URL(client.ask(BOTH).url);
    url.searchParams.set('client_id', 'nobody');
    equal((await page.goto(url.href)).status(), 400, 'an unknown client');
    check((await text(page)).includes('add it again'), 'the page says what to do');
    await look(page, 'unknown-client');
  },

  // What somebody allowed, and its end: tools refuse from that moment on.
  async own_page(page) {
    // Somebody new each time: what is allowed stays.
    const who = scripts ? 'erin' : 'eve';
    const own = `${new URL(resource).origin}/grants`;
    await page.goto(own);
    await look(page, 'grants-sign-in');
    await page.locator('button[name=provider]').click();
    await pick(page, who);
    await page.locator('[role=status]').waitFor();
    check((await text(page)).includes('No app has access'), 'nothing is allowed yet');
    const first = await signIn(page, who);
    const tokens = [await client.redeem(first, page.url())];
    const second = client.ask(BOTH);
    await page.goto(second.url);
    await allow(page).click();
    await back(page);
    tokens.push(await client.redeem(second, page.url()));
    equal((await client.call(tokens[0].access_token, 'add_note', { text: 'milk' })).status, 200, 'allowed');
    await page.goto(own);
    await look(page, 'grants');
    equal(await page.locator('button[name=end]').count(), 2, 'both are listed');
    await page.locator('button[name=end]').first().click();
    await page.locator('[role=status]').waitFor();
    equal(await page.locator('button[name=end]').count(), 1, 'one has ended');
    await look(page, 'grants-ended');
    const statuses = [];
    for (const { access_token: token } of tokens) {
      statuses.push((await client.call(token, 'add_note', { text: 'milk' })).status);
    }
    equal(statuses.sort(), [200, 401], 'one of them is refused at once');
    await page.locator('button[value=sign-out]').click();
    await page.locator('button[name=provider]').waitFor();
  },

  // The app's own scheme: the server sends the browser there, and the policy of the page does not stop it.
  async private_scheme(page) {
    const native = await Client.register(resource, 'Native app', 'com.example.app:/callback');
    const asked = native.ask(BOTH);
    await page.goto(asked.url);
    check((await text(page)).includes('com.example.app: links'), 'a scheme of its own is warned of');
    await look(page, 'private-scheme');
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.request().method() === 'POST'),
      page.locator('button[value=deny]').click(),
    ]);
    const location = answer.headers().location ?? '';
    equal(native.answer(asked, location).get('error'), 'access_denied', 'the app is answered');
  },
};

const browser = await launch();

async function run(name, scenario, settings = {}) {
  scripts = settings.javaScriptEnabled ?? true;
  const context = await person(browser, settings);
  try {
    await scenario(await context.newPage(), context, browser);
    console.log(`ok   ${name}`);
  } catch (error) {
    check(false, `${name}: ${error.message.split('\n')[0]}`);
    for (const [index, page] of context.pages().entries()) {
      await page.screenshot({ path: join(screenshots, `failed-${name}-${index}.png`) });
    }
  }
  await context.close();
}

for (const [name, scenario] of Object.entries(scenarios)) await run(name, scenario);
// What a person can do must not need scripts: the longest walks again without them.
for (const name of ['allow', 'untick', 'another_account', 'own_page']) {
  await run(`${name} without JavaScript`, scenarios[name], { javaScriptEnabled: false });
}

// A stranger's page cannot frame ours (S25). The browser complains in the console, as it should: nobody listens here.
const context = await browser.newContext();
const page = await context.newPage();
await page.goto(`${app.origin}/frame`);
await page.waitForLoadState('networkidle');
equal(page.frames().filter((frame) => frame.url().startsWith(client.metadata.issuer)).length, 0, 'the page is not framed');
await context.close();

await browser.close();
app.close();
conclude();
