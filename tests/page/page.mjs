// The emulator's page, as a person uses it: what it shows, what it switches, and what does nothing there.

import assert from 'node:assert/strict';
import puppeteer from 'puppeteer-core';

const { CHROMIUM, KNACK_URL, KNACK_MARKUP_URL, KNACK_API_KEY, PICTURES } = process.env;
const SAMPLE = '64a1f0d2c8b94e0012ab34cd';
const PRODUCTS = '/v1/objects/object_4/records';

let passed = 0;

function same(what, got, want) {
    assert.deepEqual(got, want, what);
    passed += 1;
    console.log(`  ${what}: ${JSON.stringify(want)}`);
}

/** A call of Knack's API; its status. */
async function call(path, { url = KNACK_URL, app = SAMPLE, agent = 'page-test/1.0', ...rest } = {}) {
    const headers = {
        'X-Knack-Application-Id': app,
        'X-Knack-REST-API-Key': KNACK_API_KEY,
        'Content-Type': 'application/json',
        'User-Agent': agent,
    };
    const answer = await fetch(url + path, { headers, ...rest });
    await answer.arrayBuffer();
    return answer.status;
}

const state = async () => (await fetch(`${KNACK_URL}/_emulator/state`)).json();

/** A page on which every error is noted. */
async function open(browser, url, errors) {
    const page = await browser.newPage();
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('requestfailed', (request) => errors.push(`${request.url()} ${request.failure()?.errorText}`));
    await page.goto(`${url}/`);
    await page.waitForSelector('#objects button');
    return page;
}

const text = (page, selector) => page.$eval(selector, (element) => element.innerText);
const texts = (page, selector) => page.$$eval(selector, (all) => all.map((element) => element.innerText));
const until = (page, condition, ...values) => page.waitForFunction(condition, { timeout: 30_000 }, ...values);
const untilText = (page, selector, part) =>
    until(page, (s, t) => document.querySelector(s)?.innerText.includes(t), selector, part);

async function write(page, selector, value) {
    await page.click(selector, { count: 3 });
    await page.type(selector, value);
}

async function showsRecords(page) {
    same('title', await page.title(), 'Freewheel Bike Workshop – local Knack');
    same('no calls yet', await page.$eval('#no-clients', (element) => element.hidden), false);
    const objects = (await texts(page, '#objects button')).map((name) => name.replaceAll(/\s+/g, ' '));
    same('objects', objects.slice(0, 3), ['Customers 420', 'Employees 18', 'Products 140']);
    await untilText(page, '#pages', '420 records, page 1 of 17');
    same('rows of a page', (await page.$$('#records tbody tr')).length, 25);
    await page.click('#next');
    await untilText(page, '#pages', 'page 2 of 17');
    await page.click('#objects li:nth-child(3) button');
    await untilText(page, '#pages', '140 records, page 1 of 6');
    await untilText(page, '#records thead', 'field_31');
    await page.click('#records tbody tr:first-child button');
    same('a record', (await text(page, '#record pre')).includes('"field_31": "FW-'), true);
    await page.keyboard.press('Escape');
    same('the record is closed', await page.$eval('#record', (dialog) => dialog.open), false);
}

async function showsRequests(page) {
    same('a call', await call(`${PRODUCTS}?rows_per_page=1`), 200);
    await untilText(page, '#requests', '/v1/objects/object_4/records?rows_per_page=1');
    await page.focus('#requests summary');
    await page.keyboard.press('Enter');
    await untilText(page, '#requests details', '"total_records":140');
    const told = await text(page, '#requests details');
    for (const part of ['The beginning of ', 'x-knack-rest-api-key\n…', 'rows_per_page\n1', 'page-test/1.0']) {
        same(`an open request tells ${JSON.stringify(part)}`, told.includes(part), true);
    }
    same('the key is not shown', told.includes(KNACK_API_KEY), false);
    await untilText(page, '#held', 'Held');
    await page.keyboard.press('Enter');
    await until(page, () => document.querySelector('#held').textContent === '');
    await untilText(page, '#clients', 'page-test/1.0');
}

async function showsRefusals(page) {
    const statuses = await Promise.all(Array.from({ length: 30 }, () => call(PRODUCTS, { agent: 'burst/2.0' })));
    const refused = statuses.filter((status) => status === 429).length;
    same('a burst is refused in part', refused > 0 && refused < 30, true);
    await until(page, (all) => document.querySelector('#refused').innerText === String(all), refused);
    same('bars of refusals', await page.$$eval('#chart rect.refused', (bars) =>
        bars.some((bar) => Number(bar.getAttribute('height')) > 0)), true);
    const row = await page.$$eval('#clients tbody tr', (rows) =>
        rows.map((one) => [...one.cells].map((cell) => cell.innerText)).find(([name]) => name === 'burst/2.0'));
    same('by the client', row.slice(1, 4), [String(30 - refused), String(refused), '0']);
    await until(page, () => document.querySelector('#requests .status.refused')?.innerText === '429');
}

async function switchesLimits(page) {
    await page.click('#window input[value=sliding]');
    await until(page, async () => (await (await fetch('/_emulator/state')).json()).window === 'sliding');
    await write(page, '#window input[name=phase]', '250');
    await page.keyboard.press('Tab');
    await until(page, async () => (await (await fetch('/_emulator/state')).json()).window === 'phase=250');
    await until(page, () => document.querySelector('#window input[value=phase]').checked);
    await write(page, '#limits input[name=calls]', '300');
    await write(page, '#limits input[name=used]', '20');
    await write(page, '#limits input[name=rate]', '1000');
    await page.click('#limits button');
    await untilText(page, '#plan-calls', '300');
    const { plan, rate } = await state();
    same('plan and rate', [plan.left, rate.calls], [280, 1000]);
    same('what is left', await page.$eval('#plan', (meter) => meter.ariaValueNow), '280');
}

/** What nobody wrote stays as the server counts it, and what is being written stays as it was written. */
async function keepsWhatIsCounted(page) {
    await write(page, '#limits input[name=rate]', '900');
    same('a call meanwhile', await call(PRODUCTS), 200);
    await until(page, () => document.querySelector('#limits input[name=used]').value === '21');
    await page.keyboard.press('Enter');
    await until(page, async () => (await (await fetch('/_emulator/state')).json()).rate.calls === 900);
    same('calls used', await state().then(({ plan }) => plan.used), 21);
}

/** Whoever goes through the page by keys stays in their place while calls come. */
async function keepsTheFocus(page) {
    await page.focus('#objects li:nth-child(2) button');
    const body = JSON.stringify({ field_30: 'Bell', field_31: 'FW-9001' });
    same('a new record', await call(PRODUCTS, { method: 'POST', body }), 200);
    await untilText(page, '#objects', '141');
    const focused = () => page.evaluate(() => document.activeElement.innerText);
    same('the object has the focus', (await focused()).startsWith('Employees'), true);
    await untilText(page, '#requests summary', 'POST');
    await page.focus('#requests summary');
    const row = await focused();
    await call('/v1/objects/object_2/records');
    await untilText(page, '#requests summary', 'object_2');
    same('the request has the focus', [await focused() === row, row.includes('POST')], [true, true]);
    await page.click('#objects li:nth-child(3) button');
    await untilText(page, '#pages', 'page 1 of 6');
    await page.click('#next');
    await untilText(page, '#pages', 'page 2 of 6');
    // Faster than the page asks: there is none before the first.
    await page.evaluate(() => [1, 2, 3].forEach(() => document.querySelector('#previous').click()));
    await untilText(page, '#pages', 'page 1 of 6');
}

async function switchesFaults(page) {
    await page.select('#fault select[name=effect]', 'status');
    await write(page, '#fault input[name=value]', '502');
    await page.select('#fault select[name=method]', 'GET');
    await write(page, '#fault input[name=path]', '/object_4/');
    same('the fault as a line', await text(page, '#line'), '502:method=GET,path=/object_4/');
    await page.click('#fault button');
    await untilText(page, '#faults', '502:method=GET,path=/object_4/');
    same('it befalls a call', await call(PRODUCTS), 502);
    same('and no other', await call('/v1/objects/object_1/records'), 200);
    await until(page, () => Number(document.querySelector('#failed').innerText) > 0);
    await write(page, '#fault input[name=path]', 'a,b');
    await page.click('#fault button');
    await untilText(page, '#fault .error', 'expected nth=N');
    await page.click('#faults button');
    await until(page, () => document.querySelectorAll('#faults li').length === 0);
    same('it is over', await call(PRODUCTS), 200);
}

async function keepsManyFaultsInTheirPlace(page) {
    const lines = Array.from({ length: 100 }, (_, n) => `503:nth=${n + 1000},path=/${'long'.repeat(n)}`);
    await fetch(`${KNACK_URL}/_emulator/faults`, { method: 'POST', body: lines.join('\n') });
    await until(page, () => document.querySelectorAll('#faults li').length === 100);
    same('all of them fit', await page.$eval('#faults', (list) => list.offsetHeight < 400), true);
    await page.click('#end-all');
    await until(page, () => document.querySelectorAll('#faults li').length === 0);
}

/** What people wrote does nothing, wherever it stands. */
async function takesNothingForMarkup(browser, errors) {
    const page = await browser.newPage();
    await page.evaluateOnNewDocument(() => {
        window.hits = 0;
        window.hit = () => { window.hits += 1; };
    });
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(`${KNACK_MARKUP_URL}/`);
    await untilText(page, '#objects', '<script>hit()</script>');
    const image = '<img src=x onerror="hit()">';
    const script = '<script>hit()</script><svg onload="hit()"></svg>';
    const body = JSON.stringify({ field_1: image, field_2: script });
    const asked = { url: KNACK_MARKUP_URL, app: '5f0000000000000000000001', agent: image };
    const path = `/v1/objects/object_1/records?${new URLSearchParams({ q: image })}&<b>`;
    same('a record with markup', await call(path, { ...asked, method: 'POST', body }), 200);
    const fault = { method: 'POST', body: `header=X-Odd=${image}` };
    same('a fault with markup', (await fetch(`${KNACK_MARKUP_URL}/_emulator/faults`, fault)).status, 200);
    await untilText(page, '#records tbody', image);
    await untilText(page, '#faults', image);
    await untilText(page, '#clients', image);
    await page.click('#requests summary');
    await untilText(page, '#requests details', 'onerror');
    await page.click('#records tbody button');
    await untilText(page, '#record pre', 'onerror');
    same('the name as it is', await text(page, 'h1'), "<img src=x onerror='hit()'>");
    const made = await page.$$eval('body :is(img, script, iframe, b:not(summary b)), #chart ~ svg', (all) => all.length);
    same('nothing was made of it', [made, await page.evaluate(() => window.hits)], [0, 0]);
    await page.close();
}

async function fits(page) {
    for (const [picture, width, scheme] of [['page', 1280, 'light'], ['page-dark', 1280, 'dark'], ['page-narrow', 420, 'light']]) {
        await page.setViewport({ width, height: 900 });
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        same(`beyond ${width} pixels`, Math.max(over, 0), 0);
        await page.screenshot({ path: `${PICTURES}/${picture}.png`, fullPage: true });
    }
    await page.setViewport({ width: 1280, height: 900 });
    const nameless = await page.$$eval('button, input, select, [role=meter], svg', (all) => all
        .filter((one) => !one.innerText?.trim() && !one.labels?.length && !one.ariaLabel)
        .map((one) => one.outerHTML));
    same('what has no name', nameless, []);
}

async function asksWhileItIsSeen(page) {
    const asked = () => page.evaluate(() => performance.getEntriesByType('resource').length);
    const seen = (hidden) => page.evaluate((value) => {
        Object.defineProperty(document, 'hidden', { value, configurable: true });
        performance.clearResourceTimings();
        document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
    await seen(true);
    // What was on its way, and then nothing for longer than it waits.
    await until(page, () => new Promise((done) => setTimeout(() => done(true), 1_500)));
    await page.evaluate(() => performance.clearResourceTimings());
    await until(page, () => new Promise((done) => setTimeout(() => done(true), 2_500)));
    same('asked while nobody looks', await asked(), 0);
    await seen(false);
    await until(page, () => performance.getEntriesByType('resource').length > 3);
}

async function tellsThatTheServerIsGone(page) {
    await page.setOfflineMode(true);
    await untilText(page, '#alarm', 'The server does not answer.');
    await page.setOfflineMode(false);
    await until(page, () => document.querySelector('#alarm').textContent === '');
}

async function beginsAnew(page) {
    page.once('dialog', (dialog) => dialog.accept());
    await page.click('#reset');
    await untilText(page, '#clock', ' 0 calls so far');
    same('as at the start', await state().then(({ plan, window }) => [plan.left, window]), [5000, 'first-call']);
    await until(page, () => !document.querySelector('#no-requests').hidden);
}

const browser = await puppeteer.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
try {
    const errors = [];
    const page = await open(browser, KNACK_URL, errors);
    await showsRecords(page);
    await showsRequests(page);
    await showsRefusals(page);
    await switchesLimits(page);
    await keepsWhatIsCounted(page);
    await keepsTheFocus(page);
    await switchesFaults(page);
    await keepsManyFaultsInTheirPlace(page);
    await fits(page);
    await asksWhileItIsSeen(page);
    await beginsAnew(page);
    await takesNothingForMarkup(browser, errors);
    // The browser notes the fault that was none; see above.
    same('errors of the page', errors.filter((error) => !error.includes('status of 400')), []);
    await page.bringToFront();
    await tellsThatTheServerIsGone(page);
} finally {
    await browser.close();
}
console.log(`\n${passed} passed, 0 failed`);
