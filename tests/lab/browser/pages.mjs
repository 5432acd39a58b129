// Every page in every state, in Chromium: pages.mjs FOLDER SCREENSHOTS
//
// FOLDER holds what the test `the_pages_are_written_for_the_browser` writes: FOLDER/BRANDING/PAGE.http, status, headers
// and body. They are served as they are, so that their Content-Security-Policy is in force. Each is looked at in light and
// dark, wide, narrow (320 px) and with text at twice its size.
import { createServer } from 'node:http';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { accessible, check, conclude, equal, launch, person } from './chromium.mjs';

const [folder, screenshots] = process.argv.slice(2);
mkdirSync(screenshots, { recursive: true });

// What a branding changes shows in these; one of them is looked at in every way.
const LOOKS_OF = { brand: null, plain: ['light'], pale: ['light', 'dark'], hebrew: ['light', 'narrow'] };

const LOOKS = [
  { look: 'light', colorScheme: 'light', width: 1000 },
  { look: 'dark', colorScheme: 'dark', width: 1000 },
  { look: 'narrow', colorScheme: 'light', width: 320 },
  { look: 'narrow-dark', colorScheme: 'dark', width: 320 },
  { look: 'large', colorScheme: 'light', width: 640, text: '200%' },
  { look: 'contrast', colorScheme: 'dark', width: 1000, forcedColors: 'active' },
];

const server = createServer((request, response) => {
  const file = readFileSync(join(folder, `${request.url.slice(1)}.http`), 'utf8');
  const end = file.indexOf('\n\n');
  const [status, ...headers] = file.slice(0, end).split('\n');
  for (const header of headers) {
    const [name, value] = header.split(/: (.*)/s);
    response.setHeader(name, value);
  }
  response.writeHead(Number(status)).end(file.slice(end + 2));
}).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

const pages = readdirSync(folder).flatMap((branding) =>
  readdirSync(join(folder, branding)).map((file) => `${branding}/${file.replace('.http', '')}`));
check(pages.length > 20, `${pages.length} pages`);

/** Nothing sticks out of the window, and what can be pressed is big enough for a finger (WCAG 2.5.8). */
async function fits(page, name) {
  const measured = await page.evaluate(() => ({
    over: document.documentElement.scrollWidth - innerWidth,
    small: [...document.querySelectorAll('button, input[type=text], label.scope')]
      .filter((one) => one.getBoundingClientRect().height < 44).map((one) => one.outerHTML),
    cut: [...document.querySelectorAll('main *')].filter((one) => one.tagName !== 'H1'
      && one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline').map((one) => one.outerHTML),
  }));
  check(measured.over <= 0, `${name}: ${measured.over} px stick out`);
  equal(measured.small, [], `${name}: too small to press`);
  equal(measured.cut, [], `${name}: cut off`);
}

/** Tab reaches every control once, in the order in which they stand, and one sees where it is. */
async function keyboard(page, name) {
  // Where a field has the focus from the beginning, it is the first.
  const { expected, begins } = await page.evaluate(() => ({
    expected: document.querySelectorAll('button, input:not([type=hidden]):not(:disabled)').length,
    begins: document.activeElement === document.body ? 0 : 1,
  }));
  let before = -1;
  for (let index = begins; index < expected; index += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const one = document.activeElement;
      const style = getComputedStyle(one);
      const all = [...document.querySelectorAll('button, input')];
      return { tag: one.tagName, at: all.indexOf(one), outline: `${style.outlineStyle} ${style.outlineWidth}` };
    });
    check(focused.at > before, `${name}: Tab goes from ${before} to ${focused.at} (${focused.tag})`);
    equal(focused.outline, 'solid 3px', `${name}: the focus on control ${focused.at} can be seen`);
    before = focused.at;
  }
}

const browser = await launch();
for (const { look, width, text, ...settings } of LOOKS) {
  const context = await person(browser, { ...settings, viewport: { width, height: 800 } });
  const page = await context.newPage();
  for (const path of pages.filter((path) => LOOKS_OF[path.split('/')[0]]?.includes(look) ?? true)) {
    const name = `${path} ${look}`;
    await page.goto(`${origin}/${path}`);
    if (text) await page.evaluate((size) => { document.documentElement.style.fontSize = size; }, text);
    await fits(page, name);
    // Where the system chooses the colours, the computed ones are not those on the screen.
    await accessible(page, name, settings.forcedColors ? ['color-contrast'] : []);
    await page.screenshot({ path: join(screenshots, `${path.replace('/', '-')}-${look}.png`), fullPage: true });
    if (look === 'light') {
      check(await page.evaluate(() => getComputedStyle(document.querySelector('main')).borderTopStyle === 'solid'),
        `${name}: the policy lets the style sheet in`);
      if (path.endsWith('/pick-name')) {
        equal(await page.evaluate(() => document.activeElement.id), 'name', `${name}: one can write at once`);
      }
      if (path.startsWith('brand/')) {
        check(await page.evaluate(() => document.querySelector('header img').naturalWidth > 0), `${name}: the logo is shown`);
      }
      await keyboard(page, name);
    }
  }
  await context.close();
}
await browser.close();
server.close();
conclude();
