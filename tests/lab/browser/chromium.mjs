// Chromium, as the suites use it: nothing leaves this machine, and whatever a page complains about is a failure.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const axeSource = readFileSync(
  createRequire(`${process.env.LAB_NODE_PACKAGES}/`).resolve('axe-core/axe.min.js'), 'utf8');

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'];

export const failures = [];
export let checks = 0;

/** Notes a failure if `holds` is false; the suite goes on, so that one run shows everything. */
export function check(holds, says) {
  checks += 1;
  if (!holds) { failures.push(says); console.log(`FAIL ${says}`); }
  return holds;
}

export function equal(left, right, says) {
  return check(JSON.stringify(left) === JSON.stringify(right),
    `${says}: ${JSON.stringify(left)} instead of ${JSON.stringify(right)}`);
}

export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, args: FLAGS });

/** A fresh person: cookies and settings of their own. `hosts`: who may be asked for something. */
export async function person(browser, { hosts = ['127.0.0.1', 'localhost'], ...settings } = {}) {
  const context = await browser.newContext({ viewport: { width: 1000, height: 800 }, ...settings });
  context.setDefaultTimeout(15_000);
  context.on('page', (page) => watch(page, hosts));
  return context;
}

function watch(page, hosts) {
  page.on('console', (message) => {
    // The browser itself reports every answer of 400 and above in these words.
    const isStatus = message.text().startsWith('Failed to load resource: the server responded with a status of');
    if (['error', 'warning'].includes(message.type()) && !isStatus) {
      check(false, `${page.url()}: the console says: ${message.text()}`);
    }
  });
  page.on('pageerror', (error) => check(false, `${page.url()}: ${error.message}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    // What is in the page already, and an app's own scheme, leave for nowhere.
    if (!/^(https?|wss?|ftp):$/.test(url.protocol)) return;
    check(hosts.includes(url.hostname), `a request left for ${url.origin}`);
    check(request.isNavigationRequest(), `${page.url()} loads ${request.url()}`);
  });
}

/** What axe-core finds; it is evaluated from outside of the page, so that the page keeps its policy. */
export async function accessible(page, name, without = []) {
  await page.evaluate(axeSource);
  const rules = Object.fromEntries(without.map((rule) => [rule, { enabled: false }]));
  const found = await page.evaluate((rules) => globalThis.axe.run(document, { rules }), rules);
  check(found.passes.length > 5, `${name}: axe-core looked at something`);
  for (const rule of [...found.violations, ...found.incomplete]) {
    check(false, `${name}: axe-core: ${rule.id} (${rule.help}): ${rule.nodes.map((node) => node.html).join(' | ').slice(0, 300)}`);
  }
}

/** Prints the verdict and ends the process. */
export function conclude() {
  console.log(`${checks - failures.length} checks passed, ${failures.length} failed`);
  process.exit(failures.length === 0 && checks > 0 ? 0 : 1);
}
